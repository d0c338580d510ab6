import http from "node:http";
import express from "express";
import { currentReply } from "./echoed.js";
import { start } from "./started.js";

/** As large as the largest request of the bench needs. */
const limit = "16mb";

// An Express program that reads a body of bytes and answers with bytes, in Express's own words.
const app = express().post("/statefun", express.raw({ type: () => true, limit }), (_request, response) => {
  response.status(200).type("application/octet-stream").send(currentReply());
});
start(http.createServer(app));
