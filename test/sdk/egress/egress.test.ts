import { describe, expect, test } from "@jest/globals";
import { egress, jsonType, kafkaEgress, kinesisEgress, StateFunError, types } from "statefun";
import type { AnyType, Context } from "statefun";
import { decode, effects } from "../../support/decode.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { wireValue } from "../../support/wire-value.js";
import { V1 } from "../conformance/golden-bytes.js";
import { fn } from "../conformance/ns-fn.js";

const Paid = jsonType<{ orderId: string }, "shop/Paid">("shop/Paid");
const Audit = egress("shop/audit", [Paid, types.int]);

describe.each([
  ["egress", Audit],
  ["kafkaEgress", kafkaEgress("shop/audit")],
  ["kinesisEgress", kinesisEgress("shop/audit")],
])("what %s returns", (_, made) => {
  test("is a frozen typename, comparable with toEqual", () => {
    expect(made).toEqual({ typename: "shop/audit" });
    expect(Object.isFrozen(made)).toBe(true);
    expect(JSON.stringify(made)).toBe('{"typename":"shop/audit"}');
    expect(Object.keys(made)).toEqual(["typename"]);
  });
});

describe("an egress", () => {
  test("carries messages as they are, in the order they were sent", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(Audit, Paid({ orderId: "o-1" }));
        context.send(Audit, types.int(7), { headers: [{ key: "k", value: undefined }] });
        context.send(Audit, { typename: "elsewhere/Other", hasValue: false, bytes: new Uint8Array(0) });
      }),
    ]);

    const answer = decode(await handler.answer(V1));

    const audit = { namespace: "shop", type: "audit" };
    expect(answer).toEqual(
      effects({
        egresses: [
          { ...audit, argument: wireValue.text("shop/Paid", '{"orderId":"o-1"}') },
          { ...audit, argument: { ...wireValue.int(7), headers: [{ key: "k" }] } },
          { ...audit, argument: wireValue.none("elsewhere/Other") },
        ],
      }),
    );
  });

  test("takes no records: those are of Kafka and Kinesis", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        (context as Context).send(Audit, { topic: "t", value: "v" } as never);
      }),
    ]);

    const failure = await handler.failure(V1);

    expect(failure.message).toContain("what was sent is an object (Object), which no type made");
  });

  test.each<[string, unknown, string]>([
    ["a typename", ["shop/Paid"], '"shop/Paid", which is not a type'],
    ["nothing, as a cyclic import leaves it", [Paid, undefined], "undefined, which is not a type"],
    [
      "a type that is not in a list",
      Paid,
      "a function, which is not a list of types: write [types.int, jsonType(…)]",
    ],
    ["no list", undefined, "undefined, which is not a list of types"],
  ])("is refused when it is defined with %s", (_, accepts, says) => {
    const define = (): unknown => egress("shop/audit", accepts as AnyType[]);

    expect(define).toThrow(StateFunError);
    expect(define).toThrow(`[invalid-argument] the egress shop/audit accepts ${says}`);
  });
});
