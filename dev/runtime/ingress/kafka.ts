import { connectionSettings } from "../../module/kafka-settings.js";
import type { KafkaIngressSpec } from "../../module/module.js";
import type { Clock } from "../clock.js";
import type { KafkaConnection } from "../kafka/kafka-connection.js";
import { KafkaReading } from "../kafka/kafka-reading.js";
import type { RuntimeError } from "../runtime-error.js";
import type { Ingress } from "./ingress.js";

/** What a Kafka ingress needs beside its part of the module and the brokers. */
export interface KafkaIngressOptions {
  readonly clock: Clock;
  /** Hears of failures that reading goes on after, such as brokers that are away. */
  readonly onError?: ((error: RuntimeError) => void) | undefined;
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
  { clock, onError }: KafkaIngressOptions,
): Ingress {
  const settings = connectionSettings(spec);
  const reading = {
    clock,
    onError: onError ?? (() => undefined),
    isolation: settings.isolationLevel === "read_committed" ? "read-committed" : "read-uncommitted",
    discoveryMillis: settings.partitionDiscoveryMillis,
  } as const;
  const topics = spec.topics.map(({ topic }) => topic).join(", ");
  let current: KafkaReading | undefined;
  return {
    id: spec.id,
    description: `reads ${topics} of Kafka at ${connection.description}`,
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
