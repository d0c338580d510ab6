import { functionType, jsonType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";
import { z } from "zod";
import { serveApi, type ApiOptions, type ApiServer } from "../../../../dev/runtime/api.js";
import { startDevRuntime, type DevRuntime } from "../../../../dev/runtime/dev-runtime.js";

/** A message that counts. */
export const Add = jsonType("shop/Add", z.object({ sku: z.string(), note: z.string().optional() }));

/** A message that a delay brings. */
export const Remind = jsonType("shop/Remind", z.object({ after: z.int() }));

/** A message that no batch survives. */
export const Poison = jsonType("shop/Poison", z.object({}));

/** What `shop/cart` is to others. */
export const Cart = functionType("shop/cart", [Add, Remind, Poison]);

const Shelf = functionType("shop/shelf", [types.int]);
const Orders = kafkaEgress("shop/orders");

const cart = statefulFunction(Cart, {
  storage: { items: types.int, last: types.string },
  on: {
    [Add.typename](context, { sku }) {
      context.storage.items.update((n = 0) => n + 1);
      context.storage.last.set(sku);
      context.send(Shelf.address(sku), types.int(1));
      context.send(Orders, { topic: "orders", key: sku, value: Add({ sku }) });
    },
    [Remind.typename](context, { after }) {
      context.sendAfter({ milliseconds: after }, context.self, Add({ sku: "later" }), {
        cancellationToken: `remind-${after.toString()}`,
      });
    },
    [Poison.typename]() {
      throw new Error("poisoned");
    },
  },
});

const shelf = statefulFunction(Shelf, {
  storage: { taken: types.long },
  on: {
    [types.int.typename](context, n) {
      context.storage.taken.update((taken = 0n) => taken + BigInt(n));
    },
  },
});

/** A runtime of `shop/cart` and `shop/shelf`, and its API. */
export interface ServedRuntime {
  readonly runtime: DevRuntime;
  readonly api: ApiServer;
  /** Asks the API for a path; `init` as for `fetch`. */
  get(path: string, init?: RequestInit): Promise<Response>;
  /** Posts JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** Starts both. */
export async function servedRuntime(options: ApiOptions = {}): Promise<ServedRuntime> {
  const runtime = await startDevRuntime(requestReplyHandler([cart, shelf], { onError: () => undefined }), {
    onFatal: "quarantine",
  });
  const api = await serveApi(runtime.view, options);
  const authorization = api.token === undefined ? undefined : { authorization: `Bearer ${api.token}` };
  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${api.url}${path}`, { ...init, headers: { ...authorization, ...(init.headers as object) } });
  return {
    runtime,
    api,
    get,
    post: (path, body, headers) =>
      get(path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    async close() {
      await api.close();
      await runtime.close();
    },
  };
}
