import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { StateFunError } from "statefun";
import { decode, decodeKafkaRecord, effects, incomplete } from "../support/decode.js";
import { fromHex, hex } from "../support/hex.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { lambdaHost, startExpress, workerHost, type CartHost } from "./cart-hosts.js";

/** A process of its own compiles the example first, on a machine that may be doing much else. */
const startLimitMillis = 120_000;

const dayMillis = 24n * 60n * 60n * 1000n;

const alice = { namespace: "shop", type: "cart", id: "alice" };
const order = { namespace: "shop", type: "billing", id: "o-1" };
const json = (typename: string, value: unknown) => wireValue.text(typename, JSON.stringify(value));
const addItem = json("shop/AddItem", { sku: "tea", quantity: 2 });
const checkOut = json("shop/CheckOut", { orderId: "o-1" });
const charge = json("shop/Charge", { orderId: "o-1", items: { cups: 6, tea: 2 } });
const abandon = json("shop/Abandon", {});

let express: Awaited<ReturnType<typeof startExpress>>;
let hosts: readonly CartHost[];

beforeAll(async () => {
  express = await startExpress();
  hosts = [express, lambdaHost(), workerHost()];
}, startLimitMillis);

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.stop()));
});

/** Posts one batch to every host, and returns the answer that all of them must have given. */
async function answerOfAll(body: Uint8Array): Promise<{ status: number; contentType: string; body: string }> {
  const answers = await Promise.all(
    hosts.map(async (host) => {
      const answer = await host.post(body);
      return { host: host.name, answer: { ...answer, body: hex(answer.body) } };
    }),
  );
  const [first] = answers;
  if (first === undefined) throw new Error("there is no host");
  expect(answers).toEqual(hosts.map(({ name }) => ({ host: name, answer: first.answer })));
  return { ...first.answer, contentType: String(first.answer.contentType) };
}

describe("one batch through each host is answered with the same bytes", () => {
  test("the first one asks for the state, and says when it expires", async () => {
    const answer = await answerOfAll(toFunction({ target: alice, invocations: [addItem] }));

    expect([answer.status, answer.contentType]).toEqual([200, "application/octet-stream"]);
    expect(decode(fromHex(answer.body))).toEqual(
      incomplete(
        {
          name: "items",
          typename: "shop/Items",
          expiration: { mode: "AFTER_WRITE", millis: 30n * dayMillis },
        },
        { name: "checkouts", typename: "io.statefun.types/int" },
      ),
    );
  });

  test("adding and checking out charges, orders, empties the cart and reminds nobody", async () => {
    const answer = await answerOfAll(
      toFunction({
        target: alice,
        states: { items: json("shop/Items", { cups: 6 }), checkouts: wireValue.int(1) },
        invocations: [addItem, checkOut],
      }),
    );

    const { egresses, ...rest } = decode(fromHex(answer.body));
    expect(rest).toEqual({
      arm: "result",
      missing: [],
      mutations: [
        { type: "DELETE", name: "items" },
        { type: "MODIFY", name: "checkouts", value: wireValue.int(2) },
      ],
      messages: [{ to: order, argument: charge }],
      delayed: [
        { isCancellation: true, token: "shop/cart:abandonment", delayMillis: 0n },
        {
          isCancellation: false,
          token: "shop/cart:abandonment",
          delayMillis: 7_200_000n,
          to: alice,
          argument: abandon,
        },
        { isCancellation: true, token: "shop/cart:abandonment", delayMillis: 0n },
      ],
    });
    expect(egresses.map(({ namespace, type }) => `${namespace}/${type}`)).toEqual(["shop/orders"]);
    expect(decodeKafkaRecord(fromHex(egresses[0]?.argument?.hex ?? ""))).toEqual({
      topic: "orders",
      key: "o-1",
      hex: charge.hex,
      headers: [],
    });
  });

  test("an abandoned cart is emptied", async () => {
    const answer = await answerOfAll(
      toFunction({
        target: alice,
        states: { items: json("shop/Items", { cups: 6 }), checkouts: undefined },
        invocations: [{ argument: abandon, caller: alice }],
      }),
    );

    expect(decode(fromHex(answer.body))).toEqual(effects({ mutations: [{ type: "DELETE", name: "items" }] }));
  });

  test("an order is charged by the function beside the cart", async () => {
    const answer = await answerOfAll(
      toFunction({
        target: order,
        states: { charged: undefined },
        invocations: [{ argument: charge, caller: alice }],
      }),
    );

    const { egresses, mutations } = decode(fromHex(answer.body));
    expect(mutations).toEqual([{ type: "MODIFY", name: "charged", value: wireValue.boolean(true) }]);
    expect(decodeKafkaRecord(fromHex(egresses[0]?.argument?.hex ?? ""))).toMatchObject({
      topic: "receipts",
      key: "o-1",
      hex: hex(Buffer.from(JSON.stringify({ orderId: "o-1", pieces: 8 }))),
    });
  });

  test("what is no batch is refused in the same words", async () => {
    const log = jest.spyOn(console, "error").mockReturnValue();
    const answer = await answerOfAll(Buffer.from("hello"));
    const reports = log.mock.calls.map(([, error]) => (error as StateFunError).code);
    log.mockRestore();

    expect(reports).toEqual(["malformed-request", "malformed-request"]); // Express has reported in its own process
    expect(answer).toEqual({
      status: 400,
      contentType: "text/plain; charset=utf-8",
      body: hex(Buffer.from("The body is not a request of a StateFun cluster.\n")),
    });
  });
});

test("the Express application answers its own routes too", async () => {
  const response = await fetch(`${express.origin}/health`);

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok" });
});
