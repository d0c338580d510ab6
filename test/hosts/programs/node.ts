import http from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "statefun/node";
import type { HostOptions } from "../../server-adapters/host.js";
import { conformanceHandler } from "./conformance.js";

const options = JSON.parse(process.env.HOST_OPTIONS ?? "{}") as HostOptions;
const adapter = serve(conformanceHandler(options));
const server = http.createServer(options.readBodyInFront === undefined ? adapter : behindReader);
process.on("SIGTERM", () => {
  server.close().closeIdleConnections();
});
server.listen(0, "127.0.0.1", () => {
  console.log(`listening ${String((server.address() as AddressInfo).port)}`);
});

function behindReader(request: http.IncomingMessage, response: http.ServerResponse): void {
  request.once("end", () => {
    adapter(request, response);
  });
  request.resume();
}
