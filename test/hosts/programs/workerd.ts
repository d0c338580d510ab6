import type { FetchHandler } from "statefun/fetch";
import type { HostOptions } from "../../server-adapters/host.js";
import { fetchHandler } from "./fetch-handler.js";

let handler: FetchHandler | undefined;

/** A Worker: its options are a binding, which it sees with its first request. */
export default {
  async fetch(
    request: Request,
    { options }: { readonly options: HostOptions },
    context: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response> {
    handler ??= fetchHandler(options);
    const response = handler(request);
    context.waitUntil(response.then(() => new Promise((resolve) => setTimeout(resolve, 100))));
    return response;
  },
};
