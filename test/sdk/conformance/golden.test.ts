import { describe, expect, test } from "@jest/globals";
import type { AnyStatefulFunction } from "statefun";
import { kafkaEgress, kinesisEgress, types, valueSpec } from "statefun";
import { serializedBatch, serializedTypedValue } from "statefun/wire";
import { decode } from "../../support/decode.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1, V2, V3 } from "./golden-bytes.js";
import { fn, T, ways } from "./ns-fn.js";

async function answerHex(served: AnyStatefulFunction, request: Uint8Array): Promise<string> {
  return hex(await recordingHandler([served]).answer(request));
}

describe("golden requests", () => {
  const hi = wireValue.string("hi");

  test("V1, V2 and V3 are what the oracle writes", () => {
    const fromOther = { caller: { namespace: "ns", type: "other", id: "9" }, argument: hi };

    expect(hex(toFunction({ invocations: [hi] }))).toBe(hex(V1));
    expect(hex(toFunction({ states: { seen: undefined }, invocations: [hi] }))).toBe(hex(V2));
    expect(hex(toFunction({ states: { seen: wireValue.int(2) }, invocations: [fromOther, hi] }))).toBe(
      hex(V3),
    );
  });

  test("V1, V2 and V3 are what the cluster's side of statefun/wire writes", () => {
    const target = { namespace: "ns", name: "fn", id: "1" };
    const argument = serializedTypedValue("io.statefun.types/string", fromHex("0a026869"));
    const caller = { namespace: "ns", name: "other", id: "9" };
    const seen = { name: "seen", value: { typename: "io.statefun.types/int", bytes: fromHex("0d02000000") } };

    expect(hex(serializedBatch({ target, states: [], invocations: [{ argument }] }))).toBe(hex(V1));
    expect(hex(serializedBatch({ target, states: [{ name: "seen" }], invocations: [{ argument }] }))).toBe(
      hex(V2),
    );
    expect(
      hex(serializedBatch({ target, states: [seen], invocations: [{ caller, argument }, { argument }] })),
    ).toBe(hex(V3));
  });
});

describe.each(ways)("golden answers of %s", (_, way) => {
  test("R1: V1 is answered with the missing state", async () => {
    const counter = fn(
      { seen: types.int },
      way(({ storage }) => void storage.seen.update((n = 0) => n + 1)),
    );

    const answer = await answerHex(counter, V1);

    expect(answer).toBe(golden.R1);
  });

  test("R2 and R3: a counter answers V2 with 1 and V3 with 4", async () => {
    const counter = fn(
      { seen: types.int },
      way(({ storage }) => void storage.seen.update((n = 0) => n + 1)),
    );

    const answers = [await answerHex(counter, V2), await answerHex(counter, V3)];

    expect(answers).toEqual([golden.R2, golden.R3]);
  });

  test("R4: a handler that does nothing answers with no effects", async () => {
    const idle = fn(
      {},
      way(() => undefined),
    );

    const answer = await answerHex(idle, V1);

    expect(answer).toBe(golden.R4);
  });

  test("R5: a removed state is a deletion", async () => {
    const forgetful = fn(
      { seen: types.int },
      way(({ storage }) => {
        storage.seen.remove();
      }),
    );

    const answers = [await answerHex(forgetful, V2), await answerHex(forgetful, V3)];

    expect(answers).toEqual([golden.R5, golden.R5]);
  });

  test("R6: a message to another function", async () => {
    const sender = fn(
      {},
      way((context) => {
        context.send(T.address("2"), types.int(7));
      }),
    );

    const answer = await answerHex(sender, V1);

    expect(answer).toBe(golden.R6);
  });

  test("R7: a delayed message with a token has the golden fields", async () => {
    const sender = fn(
      {},
      way((context) => {
        context.sendAfter({ seconds: 1 }, T.address("2"), types.int(7), { cancellationToken: "tok" });
      }),
    );

    const answer = await recordingHandler([sender]).answer(V1);

    expect(decode(answer)).toEqual(decode(fromHex(golden.R7)));
    expect(answer).toHaveLength(golden.R7.length / 2);
  });

  test("R8: a cancellation", async () => {
    const canceller = fn(
      {},
      way((context) => {
        context.cancelDelayedMessage("tok");
      }),
    );

    const answer = await answerHex(canceller, V1);

    expect(answer).toBe(golden.R8);
  });

  test("R9: a Kafka record", async () => {
    const Orders = kafkaEgress("ns/eg");
    const writer = fn(
      {},
      way((context) => {
        context.send(Orders, { topic: "t", key: "k", value: "v" });
      }),
    );

    const answer = await answerHex(writer, V1);

    expect(answer).toBe(golden.R9);
  });

  test("R10: a Kinesis record", async () => {
    const Orders = kinesisEgress("ns/eg");
    const writer = fn(
      {},
      way((context) => {
        context.send(Orders, { stream: "s", partitionKey: "p", value: "v" });
      }),
    );

    const answer = await answerHex(writer, V1);

    expect(answer).toBe(golden.R10);
  });

  test("R11: missing states with both expirations", async () => {
    const storage = {
      a: valueSpec(types.string, { expireAfterWrite: { seconds: 2 } }),
      b: valueSpec(types.float, { expireAfterCall: { seconds: 3 } }),
    };

    const answer = await answerHex(
      fn(
        storage,
        way(() => undefined),
      ),
      V1,
    );

    expect(answer).toBe(golden.R11);
  });

  test("R13: a state that is set to zero has no bytes, and is set", async () => {
    const resetter = fn(
      { seen: types.int },
      way(({ storage }) => {
        storage.seen.set(0);
      }),
    );

    const answers = [await answerHex(resetter, V2), await answerHex(resetter, V3)];

    expect(answers).toEqual([golden.R13, golden.R13]);
  });
});
