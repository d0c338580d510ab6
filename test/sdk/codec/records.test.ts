import { describe, expect, jest, test } from "@jest/globals";
import { io } from "statefun/proto";
import type * as Sdk from "statefun";
import { freshSeed, Random } from "../../fuzz/random.js";
import { randomText, utf8 } from "../../fuzz/random-text.js";
import { hex } from "../../support/hex.js";
import { V1 } from "../conformance/golden-bytes.js";
import { loadedOn, textPaths } from "../wire/text-paths.js";

const { FromFunction } = io.statefun.sdk.reqreply;
const { KafkaProducerRecord, KinesisEgressRecord } = io.statefun.sdk.egress;

const seed = freshSeed();

/** A text that a field may be missing for: absent, empty, or any. */
function optionalText(random: Random): string | undefined {
  return random.pick([undefined, "", randomText(random), randomText(random)]);
}

function randomHeaders(random: Random): Sdk.Headers {
  return Array.from({ length: random.below(4) }, () => ({
    key: randomText(random),
    value: random.chance(0.3) ? undefined : random.bytes(random.below(5)),
  }));
}

/** The headers as the oracle takes them. */
function protoHeaders(headers: Sdk.Headers): io.statefun.sdk.egress.KafkaProducerRecord.Header.$Properties[] {
  return headers.map(({ key, value }) => (value === undefined ? { key } : { key, value, hasValue: true }));
}

/** What the oracle writes for a batch that sends these records, in this order. */
function oracle(records: readonly { readonly name: string; readonly value: Uint8Array }[]): string {
  const outgoingEgresses = records.map(({ name, value }) => ({
    egressNamespace: "ns",
    egressType: "eg",
    argument: { typename: `type.googleapis.com/io.statefun.sdk.egress.${name}`, hasValue: true, value },
  }));
  return hex(FromFunction.encode({ invocationResult: { outgoingEgresses } }).finish());
}

describe.each(textPaths)(`on the %s path, with seed ${String(seed)}, the oracle writes the same`, (path) => {
  const sdk = loadedOn(path, () => jest.requireActual<typeof Sdk>("statefun"));
  const { types } = sdk;

  /** The answer of a function that does this with a message. */
  function answer(act: (context: Pick<Sdk.Context, "send" | "sendAfter">) => void): string {
    const fn = sdk.statefulFunction(sdk.functionType("ns/fn", [types.string]), {
      on: { [types.string.typename]: act },
    });
    return hex(sdk.requestReplyHandler([fn]).handle(V1) as Uint8Array);
  }

  /** The value of a record in each of the ways in which it may be given, with the bytes that it stands for. */
  function randomValue(random: Random): readonly [Sdk.RecordValue, Uint8Array] {
    const text = randomText(random);
    const bytes = random.bytes(random.below(200));
    const long = random.int64();
    const json = sdk.jsonType("n/json");
    return random.pick<readonly [Sdk.RecordValue, Uint8Array]>([
      [text, utf8(text)],
      [bytes, bytes],
      [Buffer.from(bytes), bytes],
      [types.string(text), types.string.serialize(text)],
      [types.long(long), types.long.serialize(long)],
      [types.bytes(bytes), bytes],
      [json([text]), utf8(JSON.stringify([text]))],
      [{ typename: "n/any", hasValue: true, bytes }, bytes],
    ]);
  }

  test("Kafka records", () => {
    for (let i = 0; i < 400; i++) {
      const random = new Random(seed, i);
      const made = Array.from({ length: 1 + random.below(3) }, () => {
        const [value, valueBytes] = randomValue(random);
        const headers = randomHeaders(random);
        const record = { topic: `t${randomText(random)}`, key: optionalText(random), value, headers };
        return { record, valueBytes };
      });

      const written = answer((context) => {
        for (const { record } of made) context.send(sdk.kafkaEgress("ns/eg"), record);
      });

      const expected = made.map(({ record: { topic, key = "", headers }, valueBytes }) => ({
        name: "KafkaProducerRecord",
        value: KafkaProducerRecord.encode({
          key,
          valueBytes,
          topic,
          headers: protoHeaders(headers),
        }).finish(),
      }));
      expect(written).toBe(oracle(expected));
    }
  });

  test("Kinesis records", () => {
    for (let i = 0; i < 400; i++) {
      const random = new Random(seed, i);
      const [value, valueBytes] = randomValue(random);
      const stream = `s${randomText(random)}`;
      const partitionKey = `p${randomText(random)}`;
      const explicitHashKey = optionalText(random);

      const written = answer((context) => {
        context.send(sdk.kinesisEgress("ns/eg"), { stream, partitionKey, explicitHashKey, value });
      });

      const record = { partitionKey, valueBytes, stream, explicitHashKey: explicitHashKey ?? "" };
      expect(written).toBe(
        oracle([{ name: "KinesisEgressRecord", value: KinesisEgressRecord.encode(record).finish() }]),
      );
    }
  });

  test("headers of messages, delayed messages and generic egress records", () => {
    const log = sdk.egress("ns/eg", [types.int]);
    for (let i = 0; i < 400; i++) {
      const random = new Random(seed, i);
      const headers = randomHeaders(random);
      const id = randomText(random);
      const target = sdk.functionType("ns/t", [types.int]).address(id);

      const written = answer((context) => {
        context.send(target, types.int(7), { headers });
        context.sendAfter({ milliseconds: 5 }, target, types.int(7), { headers });
        context.send(log, types.int(7), { headers });
      });

      const argument = {
        typename: "io.statefun.types/int",
        hasValue: true,
        value: types.int.serialize(7),
        headers: protoHeaders(headers),
      };
      const address = { namespace: "ns", type: "t", id };
      const invocationResult = {
        outgoingMessages: [{ target: address, argument }],
        delayedInvocations: [{ delayInMs: 5, target: address, argument }],
        outgoingEgresses: [{ egressNamespace: "ns", egressType: "eg", argument }],
      };
      expect(written).toBe(hex(FromFunction.encode({ invocationResult }).finish()));
    }
  });
});
