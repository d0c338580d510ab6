import express from "express";
import express4 from "express-4";
import { serve } from "statefun/express";
import { nodeHost } from "./host.js";
import { adapterSuite } from "./suite.js";

const everything = { type: () => true, limit: "1gb" };

adapterSuite(
  "on Express 5",
  nodeHost((functions) => express().use(serve(functions))),
);
adapterSuite(
  "on Express 4, behind a JSON parser that leaves the batches alone",
  nodeHost((functions) => express4().use(express4.json(), serve(functions))),
);
adapterSuite(
  "on Express 5, behind express.raw()",
  nodeHost((functions) => express().use(express.raw(everything), serve(functions))),
  { parserInFront: true },
);
adapterSuite(
  "on Express 4, behind express.raw()",
  nodeHost((functions) => express4().use(express4.raw(everything), serve(functions))),
  { parserInFront: true },
);
