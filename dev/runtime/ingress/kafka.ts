import { connectionSettings } from "../../module/kafka-settings.js";
import type { KafkaIngressSpec } from "../../module/module.js";
import type { Clock } from "../clock.js";
import type { KafkaConnection } from "../kafka/kafka-connection.js";
import { KafkaReading } from "../kafka/kafka-reading.js";
import { unheardOutages, type OutageListener } from "../kafka/outages.js";
import type { Ingress } from "./ingress.js";

/** What a Kafka ingress needs beside its part of the module and the brokers. */
export interface KafkaIngressOptions {
  readonly clock: Clock;
  /** Hears of failures that reading goes on after, such as brokers that are away. */
  readonly outages?: OutageListener | undefined;
}

/** An ingress that reads topics. */
export interface KafkaIngress extends Ingress {
  /** Records that wait behind those it has admitted; `undefined` while it does not run, or has not heard of any yet. */
  readonly lag: number | undefined;
}

/**
 * Reads topics: each record becomes a message to each of its topic's targets, the key being the id. All partitions are
 * read by this process, without joining the consumer group; how far it has come is kept in the store, and told to the
 * group for people to see. Records of transactions count once those are committed, unless `isolation.level` says else.
 *
 * @throws RuntimeError `unsupported` or `invalid-module` if a property of the module cannot be honoured
 */
export function kafkaIngress(
  spec: KafkaIngressSpec,
  connection: KafkaConnection,
  { clock, outages = unheardOutages }: KafkaIngressOptions,
): KafkaIngress {
  const settings = connectionSettings(spec);
  const reading = {
    clock,
    outages,
    isolation: settings.isolationLevel === "read_committed" ? "read-committed" : "read-uncommitted",
    discoveryMillis: settings.partitionDiscoveryMillis,
  } as const;
  const topics = spec.topics.map(({ topic }) => topic).join(", ");
  let current: KafkaReading | undefined;
  return {
    id: spec.id,
    description: `reads ${topics} of Kafka at ${connection.description}`,
    get lag() {
      return current?.lag;
    },
    async start(gate) {
      current = new KafkaReading(spec, connection, gate, reading);
      await current.start();
    },
    async stop() {
      await current?.stop();
      current = undefined;
    },
    close: () => connection.close(),
  };
}
