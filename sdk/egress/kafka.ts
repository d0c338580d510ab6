import { describeValue } from "../values/codec.js";
import { StateFunError } from "../errors.js";
import type { Headers } from "../headers.js";
import { checkedHeaders } from "../headers.js";
import { headersSize, writeHeaders } from "../wire/response.js";
import type { ValueForm } from "../wire/value-form.js";
import { typedValueHead } from "../wire/value-form.js";
import { textFieldSize } from "../wire/writer.js";
import type { Egress } from "./egress.js";
import { egressOf } from "./egress.js";
import type { RecordValue, StagedRecordValue } from "./record-value.js";
import {
  ConstantTextField,
  isMessageOf,
  recordValueFieldSize,
  stagedRecordValue,
  textField,
  writeRecordValue,
} from "./record-value.js";

/** A record for a Kafka topic. */
export interface KafkaRecord {
  /** The topic; not empty. It must exist, or the broker must be allowed to make it. */
  readonly topic: string;
  /** The record's key, written as UTF-8. Absent or empty is a record without a key: the wire cannot tell them apart. */
  readonly key?: string | undefined;
  /** The record's value. A typed value is written in its serialized form; tombstones cannot be written. */
  readonly value: RecordValue;
  /** The record's headers; Apache StateFun 3.3.0 drops them, its maintained fork writes them. */
  readonly headers?: Headers | undefined;
}

/** The typename that the cluster's Kafka egress insists on. */
export const kafkaRecordTypename = "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord";

/** A record that is measured and ready to be written. */
interface StagedRecord {
  readonly value: StagedRecordValue;
  readonly key: string;
  readonly keyLength: number;
  /** The `topic` field, serialized. */
  readonly topic: Uint8Array;
  readonly headers: Headers | undefined;
}

const recordForm: ValueForm<StagedRecord> = {
  head: typedValueHead(kafkaRecordTypename),
  size: (record) =>
    textFieldSize(record.keyLength) +
    recordValueFieldSize(record.value.size) +
    record.topic.length +
    (record.headers === undefined ? 0 : headersSize(record.headers)),
  write(record, out) {
    out.textField(0x0a, record.key, record.keyLength);
    writeRecordValue(record.value, out);
    out.copy(record.topic);
    if (record.headers !== undefined) writeHeaders(out, record.headers);
  },
};

/**
 * An egress to Kafka topics, as a module of kind `io.statefun.kafka.v1/egress` configures it under this typename.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`; and a send to it, if the record
 * has no topic or no value
 *
 * Source: KafkaProducerRecord in kafka-egress.proto; GenericKafkaEgressSerializer.java of the cluster.
 */
export function kafkaEgress(typename: string): Egress<KafkaRecord> {
  const topics = new ConstantTextField(0x1a, typename, "topic");
  return egressOf(typename, (effects, fields, given, headers) => {
    const record = kafkaRecord(typename, given);
    if (isMessageOf(record, kafkaRecordTypename)) {
      effects.egressMessage(fields, record, headers);
      return;
    }
    const value = stagedRecordValue(typename, record.value);
    const { key } = record;
    const keyLength = textField(typename, "key", key, false);
    const topic = topics.serialized(record.topic);
    const givenHeaders = record.headers ?? headers;
    const recordHeaders = givenHeaders === undefined ? undefined : checkedHeaders(givenHeaders);
    const staged = { value, key: key ?? "", keyLength, topic, headers: recordHeaders };
    effects.egressRecord(fields, recordForm, staged, value.writtenAs);
  });
}

function kafkaRecord(typename: string, given: unknown): KafkaRecord {
  if (typeof given === "object" && given !== null) return given as KafkaRecord;
  throw new StateFunError(
    "invalid-argument",
    `${typename} is a Kafka egress and was sent ${describeValue(given)}: send { topic, key, value }`,
    { typename },
  );
}
