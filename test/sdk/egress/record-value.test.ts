import { describe, expect, test } from "@jest/globals";
import { customType, kafkaEgress, kinesisEgress, types } from "statefun";
import type { RecordValue } from "statefun";
import { decode, decodeKafkaRecord, decodeKinesisRecord } from "../../support/decode.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { V1 } from "../conformance/golden-bytes.js";
import { fn, fnOtherwise } from "../conformance/ns-fn.js";

const Orders = kafkaEgress("shop/orders");
const Clicks = kinesisEgress("shop/clicks");

const Odd = customType<number>("shop/Odd", {
  serialize: () => {
    throw new Error("will not");
  },
  deserialize: () => 7,
});

describe("the value of a record is", () => {
  test.each<[string, RecordValue, string]>([
    ["the serialized form of a typed value", types.string("é"), "0a02c3a9"],
    ["nothing, for a typed value that has no bytes", types.int(0), ""],
    ["text as UTF-8", "é 🛒", "c3a920f09f9b92"],
    ["no bytes, for an empty text", "", ""],
    ["long text", "é".repeat(1000), "c3a9".repeat(1000)],
    ["bytes as they are", Uint8Array.of(0, 0x80, 0xff), "0080ff"],
    ["a Node buffer as it is", Buffer.from("é"), "c3a9"],
    ["the bytes of a message", { typename: "a/b", hasValue: true, bytes: Uint8Array.of(7) }, "07"],
  ])("%s", async (_, value, bytes) => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(Orders, { topic: "t", value });
        context.send(Clicks, { stream: "s", partitionKey: "p", value });
      }),
    ]);

    const { egresses } = decode(await handler.answer(V1));

    const [kafka = "", kinesis = ""] = egresses.map(({ argument }) => argument?.hex);
    expect(decodeKafkaRecord(fromHex(kafka)).hex).toBe(bytes);
    expect(decodeKinesisRecord(fromHex(kinesis)).hex).toBe(bytes);
  });

  test("the bytes of a message that was received", async () => {
    const handler = recordingHandler([
      fnOtherwise({}, (context, value) => {
        context.send(Orders, { topic: "t", value });
      }),
    ]);

    const answer = decode(
      await handler.answer(toFunction({ invocations: [wireValue.of("elsewhere/Other", "00ff")] })),
    );

    expect(decodeKafkaRecord(fromHex(answer.egresses[0]?.argument?.hex ?? "")).hex).toBe("00ff");
  });
});

describe("a value that cannot be written", () => {
  test.each<[string, RecordValue, string]>([
    ["half of a surrogate pair", "\ud83d", "shop/orders: the record's value holds half of a surrogate pair"],
    ["a typed value whose serializer throws", Odd(7), "shop/Odd: serialize threw"],
  ])("is serialization, and leaves nothing: %s", async (_, value, says) => {
    const problems: unknown[] = [];
    const handler = recordingHandler([
      fn({}, (context) => {
        try {
          context.send(Orders, { topic: "t", key: "lost", value });
        } catch (error) {
          problems.push(error);
        }
        context.send(Orders, { topic: "t", value: "kept" });
      }),
    ]);

    const { egresses } = decode(await handler.answer(V1));

    expect(problems).toEqual([expect.objectContaining({ code: "serialization" })]);
    expect((problems[0] as Error).message).toContain(says);
    expect(egresses.map(({ argument }) => decodeKafkaRecord(fromHex(argument?.hex ?? "")))).toEqual([
      { topic: "t", key: "", hex: hex(Buffer.from("kept")), headers: [] },
    ]);
  });
});
