import { describe, expect, test } from "@jest/globals";
import { jsonType, types } from "statefun";
import type { Address } from "statefun";
import { decode } from "../support/decode.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { V1 } from "./conformance/golden-bytes.js";
import { fn, fnOtherwise, T } from "./conformance/ns-fn.js";

// Libraries for reactive or immutable data hand out proxies in place of the objects they stand for.

const Cart = jsonType<{ items: string[] }, "shop/Cart">("shop/Cart");
const tea = wireValue.text("shop/Cart", '{"items":["tea"]}');

/** A proxy that changes nothing. */
const proxied = <T extends object>(target: T): T => new Proxy(target, {});

describe("a proxy", () => {
  test("of a value is sent and stored as what it stands for", async () => {
    const storing = recordingHandler([
      fn({ cart: Cart }, ({ storage }) => {
        storage.cart.set(proxied({ items: proxied(["tea"]) }));
      }),
    ]);
    const sending = recordingHandler([
      fn({}, (context) => {
        context.send(T.address("1") as Address, Cart(proxied({ items: proxied(["tea"]) })));
      }),
    ]);
    const request = toFunction({ states: { cart: undefined }, invocations: [wireValue.string("hi")] });

    const stored = decode(await storing.answer(request));
    const sent = decode(await sending.answer(V1));

    expect(stored.mutations.map(({ value }) => value)).toEqual([tea]);
    expect(sent.messages.map(({ argument }) => argument)).toEqual([tea]);
  });

  test("of a typed value is refused in words that help, because no type made it", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(T.address("1"), proxied(types.int(7)));
      }),
    ]);

    const failure = await handler.failure(V1);

    expect(failure.code).toBe("invalid-argument");
    expect(failure.message).toContain("what was sent is an object (Object), which no type made");
  });

  test("of an address is the address", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(proxied(T.address("1")), types.int(7));
      }),
    ]);

    const { messages } = decode(await handler.answer(V1));

    expect(messages).toEqual([{ to: { namespace: "ns", type: "t", id: "1" }, argument: wireValue.int(7) }]);
  });

  test("of a received message is sent on with its typename and bytes", async () => {
    const handler = recordingHandler([
      fnOtherwise({}, (context, message) => {
        context.send(T.address("1"), proxied(message));
      }),
    ]);

    const { messages } = decode(await handler.answer(toFunction({ invocations: [tea] })));

    expect(messages[0]?.argument).toEqual(tea);
  });

  test("that is revoked before its batch ends is serialization, with the name of the state value", async () => {
    const handler = recordingHandler([
      fn({ cart: Cart }, ({ storage }) => {
        const { proxy, revoke } = Proxy.revocable({ items: ["tea"] }, {});
        storage.cart.set(proxy);
        revoke();
      }),
    ]);
    const request = toFunction({ states: { cart: undefined }, invocations: [wireValue.string("hi")] });

    const failure = await handler.failure(request);

    expect(failure).toMatchObject({ code: "serialization", typename: "ns/fn", id: "1", stateName: "cart" });
    expect(handler.reports).toHaveLength(1);
  });
});
