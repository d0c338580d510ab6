import { getRequestListener } from "@hono/node-server";
import { serve, type FetchHandler } from "statefun/fetch";
import { hostOf, onPort } from "./host.js";
import { adapterSuite } from "./suite.js";

adapterSuite(
  "on fetch, by way of Hono's server for Node",
  hostOf((functions, readBodyInFront) => {
    const handler = serve(functions);
    const listener = getRequestListener(readBodyInFront ? behindReader(handler) : handler);
    return onPort((request, response) => void listener(request, response));
  }),
  { ownsConnections: true },
);

function behindReader(handler: FetchHandler): FetchHandler {
  return async (request) => {
    await request.text();
    return handler(request);
  };
}
