import { startExample } from "./example-process.js";

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

async function hostAnswer(response: Response): Promise<HostAnswer> {
  return {
    status: response.status,
    contentType: response.headers.get("content-type"),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}
