import type { HangUpSignal, RequestReplyHandler } from "../sdk/request-reply-handler.js";
import { answer, type AdapterRequest, type ServeOptions } from "./answer.js";
import { readFetchBody } from "./read-fetch-body.js";

/** What {@link serve} returns: a handler in the words of the Fetch standard, which every runtime of its kind takes. */
export type FetchHandler = (request: Request) => Promise<Response>;

/**
 * Serves `functions` wherever handlers take a `Request` and return a `Response`: Cloudflare Workers, Bun, Deno, Hono,
 * route handlers of Next.
 *
 * Hand it the request before anything has read its body. Answers as the status table in docs/serving.md says, and
 * reports each failure to `onError` once; it neither throws nor rejects. A batch learns of a client that hung up
 * through `request.signal`, on runtimes that abort it.
 *
 * @example
 * ```ts
 * import { requestReplyHandler } from "statefun";
 * import { serve } from "statefun/fetch";
 *
 * export default { fetch: serve(requestReplyHandler([])) };
 * ```
 */
export function serve(functions: RequestReplyHandler, options: ServeOptions = {}): FetchHandler {
  return async (request) => {
    const { status, headers, body } = await answer(functions, new FetchRequest(request), options);
    return new Response(body as Uint8Array<ArrayBuffer>, { status, headers });
  };
}

/** The view that `answer` has of a request: everything is looked up when asked for. */
class FetchRequest implements AdapterRequest {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method;
  }

  get path(): string {
    return new URL(this.#request.url).pathname;
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }

  body(limit: number): Uint8Array | Promise<Uint8Array> {
    return readFetchBody(this.#request, limit);
  }

  get signal(): HangUpSignal {
    return this.#request.signal;
  }
}

export type { ServeOptions } from "./answer.js";
