/** Express 4 beside Express 5: the part of it that tests use has the same types in both. */
declare module "express-4" {
  import express from "express";

  export default express;
}
