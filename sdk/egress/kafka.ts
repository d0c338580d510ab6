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
import type { RecordValue } from "./record-value.js";
import {
  isMessageOf,
  recordValueFieldSize,
  recordValuePlace,
  stageRecordValue,
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

/** The record that is being written. Records are written at once, one after the other, so one place is enough. */
const staged = {
  value: recordValuePlace(),
  key: "",
  keyLength: 0,
  topic: "",
  topicLength: 0,
  headers: undefined as Headers | undefined,
};

const recordForm: ValueForm<typeof staged> = {
  head: typedValueHead(kafkaRecordTypename),
  size: ({ value, keyLength, topicLength, headers }) =>
    textFieldSize(keyLength) +
    recordValueFieldSize(value.size) +
    textFieldSize(topicLength) +
    (headers === undefined ? 0 : headersSize(headers)),
  write({ value, key, keyLength, topic, topicLength, headers }, out) {
    out.textField(0x0a, key, keyLength);
    writeRecordValue(value, out);
    out.textField(0x1a, topic, topicLength);
    if (headers !== undefined) writeHeaders(out, headers);
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
  return egressOf(typename, (effects, fields, given, headers) => {
    if (isMessageOf(given, kafkaRecordTypename)) {
      effects.egressMessage(fields, given, headers);
      return;
    }
    const record = kafkaRecord(typename, given);
    stageRecordValue(typename, record.value, staged.value);
    staged.topicLength = textField(typename, "topic", record.topic, true);
    staged.keyLength = textField(typename, "key", record.key, false);
    staged.topic = record.topic;
    staged.key = record.key ?? "";
    staged.headers = checkedHeaders(record.headers ?? headers);
    effects.egressRecord(fields, recordForm, staged, staged.value.writtenAs);
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
