import http from "node:http";
import { serve } from "statefun/node";
import { functions } from "../functions/ours.js";
import { start } from "./started.js";

const server = http.createServer(serve(functions));
server.keepAliveTimeout = 20_000; // as docs/serving.md recommends
start(server);
