import { handler } from "../../examples/cart/lambda.js";
import worker from "../../examples/cart/worker.js";
import { startExample } from "./example-process.js";
import { functionUrlEvent } from "./function-url-event.js";

/** What a host answered. */
export interface HostAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Uint8Array;
}

/** One of the hosts that the example is written for. */
export interface CartHost {
  readonly name: string;
  /** Posts the bytes of a batch, as a cluster does. */
  post(body: Uint8Array): Promise<HostAnswer>;
  stop(): Promise<void>;
}

const octetStream = "application/octet-stream";

/** The Express application, in a process of its own, over a socket. */
export async function startExpress(): Promise<CartHost & { readonly origin: string }> {
  const application = await startExample("examples/cart/express.ts");
  return {
    name: "Express",
    origin: new URL(application.url).origin,
    post: async (body) =>
      hostAnswer(
        await fetch(application.url, {
          method: "POST",
          headers: { "content-type": octetStream },
          body: Buffer.from(body),
        }),
      ),
    stop: () => application.stop(),
  };
}

/** The handler of AWS Lambda, called with what a function URL makes of the request. */
export function lambdaHost(): CartHost {
  return {
    name: "AWS Lambda",
    post: async (body) => {
      const result = await handler(functionUrlEvent(body));
      return {
        status: result.statusCode,
        contentType: result.headers["content-type"] ?? null,
        body: new Uint8Array(Buffer.from(result.body, "base64")),
      };
    },
    stop: () => Promise.resolve(),
  };
}

/** The worker's `fetch`, called with a request. */
export function workerHost(): CartHost {
  return {
    name: "a fetch runtime",
    post: async (body) =>
      hostAnswer(
        await worker.fetch(
          new Request("https://shop.example/statefun", {
            method: "POST",
            headers: { "content-type": octetStream },
            body: Buffer.from(body),
          }),
        ),
      ),
    stop: () => Promise.resolve(),
  };
}

async function hostAnswer(response: Response): Promise<HostAnswer> {
  return {
    status: response.status,
    contentType: response.headers.get("content-type"),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}
