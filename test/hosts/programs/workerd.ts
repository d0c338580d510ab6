import type { FetchHandler } from "statefun/fetch";
import type { HostOptions } from "../../server-adapters/host.js";
import { fetchHandler } from "./fetch-handler.js";

// Long enough for the one row of the suite that sends after its answer, and a moment longer.
const afterwardsMillis = 100;

let handler: FetchHandler | undefined;

/** A Worker: its options are a binding, which it sees with its first request. */
export default {
  async fetch(
    request: Request,
    { options }: { readonly options: HostOptions },
    context: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response> {
    handler ??= fetchHandler(options);
    // The runtime ends a request that waits for nothing but its own signal: functions that wait for input or output
    // have something pending, and so has this.
    const pending = setInterval(() => undefined, 1000);
    const response = handler(request);
    // What a function does after its answer is over with the request, unless somebody waits for it.
    const afterwards = response.then(() => new Promise((resolve) => setTimeout(resolve, afterwardsMillis)));
    context.waitUntil(
      afterwards.finally(() => {
        clearInterval(pending);
      }),
    );
    return response;
  },
};
