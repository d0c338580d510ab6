import { serve, type FetchHandler } from "statefun/fetch";
import type { HostOptions } from "../../server-adapters/host.js";
import { conformanceHandler } from "./conformance.js";

/** The conformance function as every fetch runtime serves it. */
export function fetchHandler(options: HostOptions): FetchHandler {
  const handler = serve(conformanceHandler(options));
  if (options.readBodyInFront === undefined) return handler;
  return async (request) => {
    await request.text();
    return handler(request);
  };
}
