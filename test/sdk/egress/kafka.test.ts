import { describe, expect, test } from "@jest/globals";
import { customType, jsonType, kafkaEgress, types } from "statefun";
import type { Context, KafkaRecord } from "statefun";
import type { DecodedKafkaRecord } from "../../support/decode.js";
import { decode, decodeKafkaRecord } from "../../support/decode.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { V1 } from "../conformance/golden-bytes.js";
import { fn } from "../conformance/ns-fn.js";

const Orders = kafkaEgress("shop/orders");
const Paid = jsonType<{ orderId: string }, "shop/Paid">("shop/Paid");

const text = (value: string): string => hex(Buffer.from(value));

/** The Kafka records that one handler writes, decoded by the oracle. */
async function written(does: (context: Context) => void): Promise<DecodedKafkaRecord[]> {
  const handler = recordingHandler([
    fn({}, (context) => {
      does(context as Context);
    }),
  ]);
  const { egresses } = decode(await handler.answer(V1));
  return egresses.map(({ argument }) => {
    expect(argument?.typename).toBe("type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord");
    return decodeKafkaRecord(fromHex(argument?.hex ?? ""));
  });
}

/** What is said of a record that is refused. */
async function problemOf(record: unknown): Promise<string> {
  const handler = recordingHandler([
    fn({}, (context) => {
      context.send(Orders, record as KafkaRecord);
    }),
  ]);
  return (await handler.failure(V1)).message;
}

describe("a Kafka record", () => {
  test("has the topic, key, value and headers it was given, and nothing of the record before it", async () => {
    const headers = [{ key: "trace", value: Uint8Array.of(1) }];

    const records = await written((context) => {
      context.send(Orders, { topic: "orders", key: "o-1", value: Paid({ orderId: "o-1" }), headers });
      context.send(Orders, { topic: "orders", value: "text" });
      context.send(Orders, { topic: "audit", key: "o-2", value: Uint8Array.of(0, 0xff) });
      context.send(Orders, { topic: "orders", value: types.long(1n) });
    });

    expect(records).toEqual([
      { topic: "orders", key: "o-1", hex: text('{"orderId":"o-1"}'), headers: [{ key: "trace", hex: "01" }] },
      { topic: "orders", key: "", hex: text("text"), headers: [] },
      { topic: "audit", key: "o-2", hex: "00ff", headers: [] },
      { topic: "orders", key: "", hex: "090100000000000000", headers: [] },
    ]);
  });

  test("takes its own headers rather than those of the options, and those where it has none", async () => {
    const options = { headers: [{ key: "of the options", value: undefined }] };

    const records = await written((context) => {
      context.send(Orders, { topic: "t", value: "v", headers: [{ key: "own", value: undefined }] }, options);
      context.send(Orders, { topic: "t", value: "v" }, options);
      context.send(Orders, { topic: "t", value: "v", headers: undefined }, options);
      context.send(Orders, { topic: "t", value: "v", headers: [] }, options);
    });

    expect(records.map(({ headers }) => headers.map(({ key }) => key))).toEqual([
      ["own"],
      ["of the options"],
      ["of the options"],
      [],
    ]);
  });

  test("is written when it is sent: what becomes of it afterwards changes nothing", async () => {
    const value = Uint8Array.of(1, 2);
    const record = { topic: "t", key: "k", value };

    const records = await written((context) => {
      context.send(Orders, record);
      value.fill(9);
      record.topic = "another";
      record.key = "another";
      context.send(Orders, record);
    });

    expect(records.map((sent) => [sent.topic, sent.key, sent.hex])).toEqual([
      ["t", "k", "0102"],
      ["another", "another", "0909"],
    ]);
  });

  test("may have a key that is also the value, and a topic that is also the key", async () => {
    const records = await written((context) => {
      context.send(Orders, { topic: "same", key: "same", value: "same" });
    });

    expect(records).toEqual([{ topic: "same", key: "same", hex: text("same"), headers: [] }]);
  });

  test("may be written while another one is: a serializer that sends does not disturb it", async () => {
    const records = await written((context) => {
      const Nested = customType<string>("shop/Nested", {
        serialize(value) {
          context.send(Orders, { topic: "inner", key: "inner", value: "inner" });
          return new TextEncoder().encode(value);
        },
        deserialize: () => "",
      });
      context.send(Orders, { topic: "outer", key: "outer", value: Nested("outer") });
    });

    expect(records).toEqual([
      { topic: "inner", key: "inner", hex: text("inner"), headers: [] },
      { topic: "outer", key: "outer", hex: text("outer"), headers: [] },
    ]);
  });

  test.each<[string, unknown, string]>([
    [
      "nothing",
      undefined,
      "shop/orders is a Kafka egress and was sent undefined: send { topic, key, value }",
    ],
    ["a text", "v", 'shop/orders is a Kafka egress and was sent "v"'],
    ["no topic", { value: "v" }, "a record for shop/orders has no topic: give it non-empty text"],
    [
      "an empty topic",
      { topic: "", value: "v" },
      "a record for shop/orders has no topic: give it non-empty text",
    ],
    ["a topic that is no text", { topic: 7, value: "v" }, "a record for shop/orders has 7 as its topic"],
    [
      "a key that is no text",
      { topic: "t", key: 7, value: "v" },
      "a record for shop/orders has 7 as its key: give it text",
    ],
    [
      "no value",
      { topic: "t" },
      "the value of a record for shop/orders is undefined: pass a typed value such as types.long(1n) or Order({…}), text, or a Uint8Array",
    ],
    [
      "null, which would be a tombstone",
      { topic: "t", value: null },
      "the value of a record for shop/orders is null",
    ],
    ["a bare number", { topic: "t", value: 7 }, "the value of a record for shop/orders is 7"],
    [
      "a plain object",
      { topic: "t", value: { a: 1 } },
      "the value of a record for shop/orders is an object (Object)",
    ],
    ["a typed value alone", types.int(7), "the value of a record for shop/orders is 7"],
    [
      "headers that are no list",
      { topic: "t", value: "v", headers: {} },
      "the headers are an object (Object), not a list",
    ],
  ])("is refused with %s, in words that help", async (_, record, says) => {
    const problem = await problemOf(record);

    expect(problem).toContain("[invalid-argument]");
    expect(problem).toContain(says);
  });
});
