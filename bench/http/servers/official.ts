import http from "node:http";
import { statefun } from "../functions/official.js";
import { start } from "./started.js";

const handler = statefun.handler();

// As its documentation serves; it answers its own rejections.
start(http.createServer((request, response) => void handler(request, response)));
