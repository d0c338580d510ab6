import { connectionSettings } from "../../module/kafka-settings.js";
import type { KafkaEgressSpec } from "../../module/module.js";
import { ExactlyOnce } from "../kafka/exactly-once.js";
import type { KafkaConnection, OutgoingRecord } from "../kafka/kafka-connection.js";
import type { OutageListener } from "../kafka/outages.js";
import { Plain } from "../kafka/plain.js";
import { topicNameProblem } from "../kafka/topic-name.js";
import { quoted } from "../quoted.js";
import { RuntimeError } from "../runtime-error.js";
import type { Egress, OutboxRecord } from "./egress.js";
import { kafkaRecordTypename, readKafkaArgument, readKafkaTopic } from "./kafka-record.js";

/** What a Kafka egress needs beside its part of the module and the brokers. */
export interface KafkaEgressOptions {
  /**
   * Names the runtime's store for good, and is different for every store: exactly-once rests on it. Two runtimes with
   * one identity shut each other out.
   */
  readonly identity: string;
  /** Hears of failures that are not repeated: those of an egress that promises nothing. */
  readonly outages?: OutageListener | undefined;
}

/** What the fields of a record take in a batch beside their content, at most: lengths, and the batch's own head. */
const recordOverhead = 100;

/**
 * Writes records to topics, with the promise of `deliverySemantic`.
 *
 * - `exactly-once`: a transaction a delivery, which also holds the number of the last record; a reader of committed
 *   records sees each once, whatever crashes between the store and the brokers.
 * - `at-least-once`: a delivery counts once the brokers have acknowledged it, and is repeated otherwise.
 * - `none`: written once, and not waited for.
 *
 * @throws RuntimeError `unsupported` or `invalid-module` if a property of the module cannot be honoured
 */
export function kafkaEgress(
  spec: KafkaEgressSpec,
  connection: KafkaConnection,
  { identity, outages }: KafkaEgressOptions,
): Egress {
  const { id, deliverySemantic } = spec;
  const { acks, maxRequestBytes } = connectionSettings(spec);
  const delivery =
    deliverySemantic.type === "exactly-once"
      ? new ExactlyOnce(connection, id, identity, deliverySemantic.transactionTimeoutMillis)
      : new Plain(connection, deliverySemantic.type === "none" ? 0 : acks, outages);
  return {
    id,
    description: `writes to Kafka at ${connection.description}, ${deliverySemantic.type}`,
    check(argument) {
      const problem = problemOf(argument, maxRequestBytes);
      if (problem === undefined) return;
      throw new RuntimeError("invalid-record", `Kafka egress ${id}: ${problem}`, { component: id });
    },
    open: () => delivery.open(),
    deliver: (records) => delivery.deliver(records.map(outgoing), records),
    async close() {
      await delivery.close();
      await connection.close();
    },
  };
}

/** Says why Kafka cannot take a record; `undefined` if it can. */
function problemOf(argument: Uint8Array, maxRequestBytes: number): string | undefined {
  let given;
  try {
    given = readKafkaTopic(argument);
  } catch (error) {
    return `the bytes are no KafkaProducerRecord: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { typename, topic } = given;
  if (typename !== kafkaRecordTypename) {
    return `a record of type ${quoted(typename)} was sent to it; it takes ${kafkaRecordTypename} alone`;
  }
  const problem = topicNameProblem(topic);
  if (problem !== undefined) return `${problem}; send { topic, key, value } with the name of a topic`;
  if (argument.length + recordOverhead <= maxRequestBytes) return undefined;
  return `a record of ${String(argument.length)} bytes for topic ${topic} is larger than max.request.size, ${String(maxRequestBytes)}`;
}

/** The record in an argument that was checked when it came. */
function outgoing({ argument }: OutboxRecord): OutgoingRecord {
  const { record, typename } = readKafkaArgument(argument);
  if (record !== undefined) return record;
  throw new RuntimeError(
    "invalid-record",
    `the outbox holds a ${quoted(typename)}, which is no Kafka record`,
  );
}
