import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { serializedTypedValue } from "statefun/wire";
import { io } from "statefun/proto";
import { connectionSettings } from "../../dev/module/kafka-settings.js";
import type { KafkaEgressSpec } from "../../dev/module/module.js";
import type { OutboxRecord } from "../../dev/runtime/egress/egress.js";
import { kafkaEgress } from "../../dev/runtime/egress/kafka.js";
import { kafkaRecordTypename } from "../../dev/runtime/egress/kafka-record.js";
import { kafkaClient } from "../../dev/runtime/kafka/kafka-client.js";
import type { KafkaConnection } from "../../dev/runtime/kafka/kafka-connection.js";
import type { Tested } from "../dev/runtime/kafka/connection-suite.js";
import { Random } from "../support/random.js";
import type { Broker } from "./broker.js";
import { CuttingProxy, endTransaction } from "./cutting-proxy.js";
import type { Fate } from "./cutting-proxy.js";

const { KafkaProducerRecord } = io.statefun.sdk.egress;

const deliveries = 60;

function outboxRecord(topic: string, sequence: number): OutboxRecord {
  const fields = { topic, key: `key ${String(sequence % 7)}`, valueBytes: Buffer.from(String(sequence)) };
  return {
    sequence,
    argument: serializedTypedValue(kafkaRecordTypename, KafkaProducerRecord.encode(fields).finish()),
  };
}

export function deliveredOnce(broker: () => Broker, tested: () => Tested): void {
  test("records arrive once and in order, wherever the connection breaks at the end of a transaction and whoever starts anew", async () => {
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${String(seed)}`);
    const random = new Random(seed);
    const topic = `delivered-${randomUUID()}`;
    const partitions = [0, 1, 2];
    await tested().createTopic(topic, partitions.length);
    const fates: Readonly<Record<number, Fate>> = { 0: "cut before", 1: "cut after" };
    let cuts = 0;
    const proxy = await CuttingProxy.start(broker().port, (api) => {
      const fate = api === endTransaction ? (fates[random.below(4)] ?? "pass") : "pass";
      if (fate !== "pass") cuts += 1;
      return fate;
    });

    const written = await deliverAll(broker(), proxy, topic, random);

    const read = await readAll(tested().connection, topic, partitions);
    expect(read.flat().sort((one, other) => one - other)).toEqual(written);
    for (const values of read) expect(values).toEqual([...values].sort((one, other) => one - other));
    expect(cuts).toBeGreaterThan(deliveries / 6);
    proxy.close();
  });
}

/** As the runtime does: the same records and some more after a failure, or a new egress, which says what has arrived. */
async function deliverAll(
  broker: Broker,
  proxy: CuttingProxy,
  topic: string,
  random: Random,
): Promise<readonly number[]> {
  const spec: KafkaEgressSpec = {
    kind: "kafka",
    id: "test/out",
    address: broker.address,
    deliverySemantic: { type: "exactly-once", transactionTimeoutMillis: 60_000 },
    properties: {},
  };
  const identity = randomUUID();
  const start = (): ReturnType<typeof kafkaEgress> => {
    const connection = kafkaClient(connectionSettings(spec), new Map([[broker.address, proxy.address]]));
    return kafkaEgress(spec, connection, { identity });
  };
  let egress = start();
  let outbox: OutboxRecord[] = [];
  let sequence = 0;
  const written: number[] = [];
  for (let delivered = 0; delivered < deliveries || outbox.length > 0;) {
    if (delivered < deliveries) {
      for (let count = 1 + random.below(5); count > 0; count -= 1) {
        sequence += 1 + random.below(3); // numbers ascend over all egresses: some are another's
        outbox.push(outboxRecord(topic, sequence));
        written.push(sequence);
      }
    }
    try {
      await egress.deliver(outbox);
      outbox = [];
    } catch {
      if (random.below(2) === 0) {
        await egress.close(); // a crash of the runtime
        egress = start();
        const last = (await egress.open()) ?? 0;
        outbox = outbox.filter((record) => record.sequence > last);
      }
    }
    delivered += 1;
  }
  await egress.close();
  return written;
}

async function readAll(
  connection: KafkaConnection,
  topic: string,
  partitions: readonly number[],
): Promise<readonly (readonly number[])[]> {
  const places = partitions.map((partition) => ({ topic, partition }));
  const ends = await connection.offsets(places, "latest", "read-committed");
  const left = new Map(
    ends.filter(({ offset }) => offset > 0).map(({ partition, offset }) => [partition, offset]),
  );
  const found = partitions.map((): number[] => []);
  const reader = connection.reader("read-committed");
  for (const place of places) reader.seek({ ...place, offset: 0 });
  while (left.size > 0) {
    for (const { partition, records, nextOffset } of await reader.next()) {
      found[partition]?.push(...records.map(({ value }) => Number(Buffer.from(value ?? []).toString())));
      if (nextOffset >= (left.get(partition) ?? Infinity)) left.delete(partition);
    }
  }
  await reader.close();
  return found;
}
