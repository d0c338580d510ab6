import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Kafka, logLevel } from "kafkajs";
import { connectionSettings } from "../../dev/module/kafka-settings.js";
import { kafkaClient } from "../../dev/runtime/kafka/kafka-client.js";
import type { KafkaConnection, OutgoingRecord } from "../../dev/runtime/kafka/kafka-connection.js";
import type { Tested } from "../dev/runtime/kafka/connection-suite.js";
import type { Broker } from "./broker.js";

const compressions = ["gzip", "snappy", "lz4", "zstd"] as const;

/** Records that repeat themselves, some that do not, and some that are larger than any block of a compression. */
function records(topic: string): readonly OutgoingRecord[] {
  const texts = Array.from({ length: 3_000 }, (_, index) => {
    return JSON.stringify({ order: index, article: "shoe ".repeat(index % 40), number: index * 0.37 });
  });
  const large = Array.from({ length: 3 }, (_, index) => randomUUID().repeat(4_000 + index));
  return [...texts, ...large].map((text) => ({ topic, key: Buffer.from("k"), value: Buffer.from(text) }));
}

/** Compressed here and checked by the broker, and compressed by the broker's Java and read here. */
export function compressedRecords(broker: () => Broker, tested: () => Tested): void {
  test.each(compressions)(
    "%s records that are written are taken by the broker and read again",
    async (compression) => {
      const topic = `written-${compression}-${randomUUID()}`;
      await tested().createTopic(topic, 1);
      const written = records(topic);
      const connection = writer(broker(), compression);

      await (await connection.producer("all")).send(written);

      expect(await values(tested().connection, topic, written.length)).toEqual(
        written.map(({ value }) => Buffer.from(value).toString()),
      );
      await connection.close();
    },
  );

  test.each(compressions)(
    "records that the broker has compressed with its own %s are read",
    async (compression) => {
      const topic = `compressed-${compression}-${randomUUID()}`;
      await createCompressed(broker().address, topic, compression);
      const written = records(topic);
      const connection = writer(broker(), "none");

      await (await connection.producer("all")).send(written);

      expect(await values(tested().connection, topic, written.length)).toEqual(
        written.map(({ value }) => Buffer.from(value).toString()),
      );
      await connection.close();
    },
  );
}

function writer({ address }: Broker, compression: string): KafkaConnection {
  return kafkaClient(
    connectionSettings({
      kind: "kafka",
      id: "test/out",
      address,
      deliverySemantic: { type: "at-least-once" },
      properties: { "compression.type": compression },
    }),
  );
}

/** A topic whose batches the broker compresses, whatever it is sent. */
async function createCompressed(address: string, topic: string, compression: string): Promise<void> {
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: "compression.type", value: compression }];
  await admin.createTopics({ topics: [{ topic, configEntries }], waitForLeaders: true });
  await admin.disconnect();
}

async function values(connection: KafkaConnection, topic: string, count: number): Promise<readonly string[]> {
  const reader = connection.reader("read-committed");
  reader.seek({ topic, partition: 0, offset: 0 });
  const found: string[] = [];
  while (found.length < count) {
    for (const part of await reader.next()) {
      found.push(...part.records.map(({ value }) => Buffer.from(value ?? []).toString()));
    }
  }
  await reader.close();
  return found;
}
