import http from "node:http";
import { requestReplyHandler } from "statefun";
import { serve } from "statefun/node";
import { greeter, person } from "./greeter.js";

const functions = requestReplyHandler([person, greeter]);

const server = http.createServer(serve(functions));
// The cluster keeps a connection for up to 18 s; a server that closes it earlier costs it a retry.
server.keepAliveTimeout = 20_000;
server.listen(Number(process.env.PORT ?? 8000), () => {
  console.log("functions are served at", server.address());
});
