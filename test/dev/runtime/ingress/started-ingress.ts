import { afterEach } from "@jest/globals";
import {
  httpIngress,
  type HttpIngress,
  type HttpIngressOptions,
} from "../../../../dev/runtime/ingress/http.js";
import type { KnownFunction } from "../../../../dev/runtime/ingress/known-function.js";
import { StoreGate } from "./store-gate.js";

const functions: readonly KnownFunction[] = [
  { typename: "example/greeter", accepts: ["example/greet"], acceptsOthers: false },
  { typename: "example/counter", accepts: ["io.statefun.types/int"], acceptsOthers: false },
  { typename: "example/both", accepts: ["io.statefun.types/string", "example/greet"], acceptsOthers: false },
];

/** The headers of a JSON body. */
export const json = { "content-type": "application/json" };

const open: HttpIngress[] = [];

afterEach(async () => {
  for (const ingress of open.splice(0)) await ingress.close();
});

/** An ingress that runs on a free port, before three functions, until the test has ended. */
export async function started(
  options: Partial<HttpIngressOptions> = {},
  gate = new StoreGate(),
): Promise<{ readonly gate: StoreGate; readonly ingress: HttpIngress; readonly url: string }> {
  const ingress = httpIngress({ port: 0, functions: () => functions, ...options });
  open.push(ingress);
  await ingress.start(gate);
  return { gate, ingress, url: ingress.url };
}

/** What a request was answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly answer: Record<string, unknown>;
}

/** Sends a message. */
export async function post(
  url: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(url, { method: "POST", body, headers });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, answer };
}
