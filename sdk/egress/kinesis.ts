import { StateFunError } from "../errors.js";
import { describeValue } from "../values/codec.js";
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

/** A record for a Kinesis stream. */
export interface KinesisRecord {
  /** The stream; not empty. */
  readonly stream: string;
  /** What Kinesis hashes to find the shard; not empty. */
  readonly partitionKey: string;
  /** A decimal hash value that names the shard directly, instead of the partition key's hash. */
  readonly explicitHashKey?: string | undefined;
  /** The record's value. A typed value is written in its serialized form. */
  readonly value: RecordValue;
}

/** The typename that the cluster's Kinesis egress insists on. */
export const kinesisRecordTypename = "type.googleapis.com/io.statefun.sdk.egress.KinesisEgressRecord";

/** A record that is measured and ready to be written. */
interface StagedRecord {
  readonly value: StagedRecordValue;
  readonly partitionKey: string;
  readonly partitionKeyLength: number;
  /** The `stream` field, serialized. */
  readonly stream: Uint8Array;
  readonly explicitHashKey: string;
  readonly explicitHashKeyLength: number;
}

const recordForm: ValueForm<StagedRecord> = {
  head: typedValueHead(kinesisRecordTypename),
  size: (record) =>
    textFieldSize(record.partitionKeyLength) +
    recordValueFieldSize(record.value.size) +
    record.stream.length +
    textFieldSize(record.explicitHashKeyLength),
  write(record, out) {
    out.textField(0x0a, record.partitionKey, record.partitionKeyLength);
    writeRecordValue(record.value, out);
    out.copy(record.stream);
    out.textField(0x22, record.explicitHashKey, record.explicitHashKeyLength);
  },
};

/**
 * An egress to Kinesis streams, as a module of kind `io.statefun.kinesis.v1/egress` configures it under this typename.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`; and a send to it, if the record
 * has no stream, no partition key or no value
 *
 * Source: KinesisEgressRecord in kinesis-egress.proto; GenericKinesisEgressSerializer.java of the cluster.
 */
export function kinesisEgress(typename: string): Egress<KinesisRecord> {
  const streams = new ConstantTextField(0x1a, typename, "stream");
  return egressOf(typename, (effects, fields, given, headers) => {
    if (typeof given !== "object" || given === null) {
      throw new StateFunError(
        "invalid-argument",
        `${typename} is a Kinesis egress and was sent ${describeValue(given)}: send { stream, partitionKey, value }`,
        { typename },
      );
    }
    if (isMessageOf(given, kinesisRecordTypename)) {
      effects.egressMessage(fields, given, headers);
      return;
    }
    if (headers !== undefined) {
      throw new StateFunError(
        "invalid-argument",
        `${typename} is a Kinesis egress, and Kinesis records have no headers`,
        {
          typename,
        },
      );
    }
    const record = given as KinesisRecord;
    const value = stagedRecordValue(typename, record.value);
    const { partitionKey, explicitHashKey } = record;
    const staged: StagedRecord = {
      value,
      partitionKey,
      partitionKeyLength: textField(typename, "partitionKey", partitionKey, true),
      stream: streams.serialized(record.stream),
      explicitHashKey: explicitHashKey ?? "",
      explicitHashKeyLength: textField(typename, "explicitHashKey", explicitHashKey, false),
    };
    effects.egressRecord(fields, recordForm, staged, value.writtenAs);
  });
}
