import { describe, expect, test } from "@jest/globals";
import { kinesisEgress, types } from "statefun";
import type { Context, KinesisRecord, SendOptions } from "statefun";
import type { DecodedKinesisRecord } from "../../support/decode.js";
import { decode, decodeKinesisRecord } from "../../support/decode.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { V1 } from "../conformance/golden-bytes.js";
import { fn } from "../conformance/ns-fn.js";

const Clicks = kinesisEgress("shop/clicks");

const text = (value: string): string => hex(Buffer.from(value));

/** The Kinesis records that one handler writes, decoded by the oracle. */
async function written(does: (context: Context) => void): Promise<DecodedKinesisRecord[]> {
  const handler = recordingHandler([
    fn({}, (context) => {
      does(context as Context);
    }),
  ]);
  const { egresses } = decode(await handler.answer(V1));
  return egresses.map(({ argument }) => {
    expect(argument?.typename).toBe("type.googleapis.com/io.statefun.sdk.egress.KinesisEgressRecord");
    return decodeKinesisRecord(fromHex(argument?.hex ?? ""));
  });
}

/** What is said of a record that is refused. */
async function problemOf(record: unknown, options?: SendOptions): Promise<string> {
  const handler = recordingHandler([
    fn({}, (context) => {
      context.send(Clicks, record as KinesisRecord, options);
    }),
  ]);
  return (await handler.failure(V1)).message;
}

describe("a Kinesis record", () => {
  test("has the stream, keys and value it was given, and nothing of the record before it", async () => {
    const records = await written((context) => {
      context.send(Clicks, { stream: "clicks", partitionKey: "alice", explicitHashKey: "7", value: "text" });
      context.send(Clicks, { stream: "audit", partitionKey: "bob", value: types.int(7) });
      context.send(Clicks, { stream: "audit", partitionKey: "bob", value: new Uint8Array(0) });
    });

    expect(records).toEqual([
      { stream: "clicks", partitionKey: "alice", explicitHashKey: "7", hex: text("text") },
      { stream: "audit", partitionKey: "bob", explicitHashKey: "", hex: "0d07000000" },
      { stream: "audit", partitionKey: "bob", explicitHashKey: "", hex: "" },
    ]);
  });

  test("is written when it is sent: what becomes of it afterwards changes nothing", async () => {
    const value = Uint8Array.of(1, 2);
    const record = { stream: "s", partitionKey: "p", value };

    const records = await written((context) => {
      context.send(Clicks, record);
      value.fill(9);
      record.stream = "another";
    });

    expect(records).toEqual([{ stream: "s", partitionKey: "p", explicitHashKey: "", hex: "0102" }]);
  });

  test.each<[string, unknown, string]>([
    [
      "nothing",
      undefined,
      "shop/clicks is a Kinesis egress and was sent undefined: send { stream, partitionKey, value }",
    ],
    [
      "no stream",
      { partitionKey: "p", value: "v" },
      "a record for shop/clicks has no stream: give it non-empty text",
    ],
    [
      "no partition key",
      { stream: "s", value: "v" },
      "a record for shop/clicks has no partitionKey: give it non-empty text",
    ],
    ["an empty partition key", { stream: "s", partitionKey: "", value: "v" }, "has no partitionKey"],
    [
      "a hash key that is no text",
      { stream: "s", partitionKey: "p", explicitHashKey: 7, value: "v" },
      "a record for shop/clicks has 7 as its explicitHashKey: give it text",
    ],
    ["no value", { stream: "s", partitionKey: "p" }, "the value of a record for shop/clicks is undefined"],
    ["a Kafka record", { topic: "t", value: "v" }, "a record for shop/clicks has no partitionKey"],
  ])("is refused with %s, in words that help", async (_, record, says) => {
    const problem = await problemOf(record);

    expect(problem).toContain("[invalid-argument]");
    expect(problem).toContain(says);
  });

  test("is refused with headers, which Kinesis does not know and would lose", async () => {
    const record = { stream: "s", partitionKey: "p", value: "v" };

    const problem = await problemOf(record, { headers: [{ key: "trace", value: undefined }] });

    expect(problem).toContain("[invalid-argument]");
    expect(problem).toContain("shop/clicks is a Kinesis egress, and Kinesis records have no headers");
  });
});
