import http from "node:http";
import { currentReply } from "./echoed.js";
import { start } from "./started.js";

/** The least that a server on node:http can do: read the body, answer with as many bytes as our functions. */
const server = http.createServer((request, response) => {
  request.on("data", ignore);
  request.on("end", () => {
    const reply = currentReply();
    response.sendDate = false;
    response
      .writeHead(200, ["content-type", "application/octet-stream", "content-length", reply.length.toString()])
      .end(reply);
  });
});
server.keepAliveTimeout = 20_000;
server.requestTimeout = 0;
server.headersTimeout = 0;
start(server);

function ignore(): void {
  // The bytes were read, which is all that an echo of a length needs.
}
