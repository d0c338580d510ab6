import type { Address, Target } from "../address.js";
import { addressOf } from "../address-fields.js";
import type { Duration } from "../duration.js";
import type { KafkaRecord } from "../egress/kafka.js";
import { kafkaRecordTypename } from "../egress/kafka.js";
import type { KinesisRecord } from "../egress/kinesis.js";
import { kinesisRecordTypename } from "../egress/kinesis.js";
import type { RecordValue, WrittenAs } from "../egress/record-value.js";
import type { Headers } from "../headers.js";
import type { PreparedFunction } from "../stateful-function.js";
import type { Codec } from "../values/codec.js";
import type { Message } from "../values/message.js";
import { ReceivedMessage } from "../values/message.js";
import type { TypedValue } from "../values/typed-value.js";
import { typedValue } from "../values/typed-value.js";
import type {
  WireAddress,
  WireDelayedMessage,
  WireMutation,
  WireResponse,
  WireState,
} from "../wire/cluster-side.js";
import { Reader } from "../wire/reader.js";
import { readText } from "../wire/text.js";
import { readTypedValue, TypedValueView } from "../wire/typed-value-view.js";
import type { CodecTrace } from "./codec-trace.js";

/** A message that a batch sent. What no type of ours wrote is given as it stands on the wire. */
export interface SentMessage {
  /** The address it goes to. */
  readonly to: Address;
  /** What was sent, comparable with `Greet({…})`. */
  readonly message: TypedValue | Message;
  /** The headers sent with it; left out if there are none. */
  readonly headers?: Headers;
}

/** A delayed message that a batch left pending. */
export interface DelayedMessage extends SentMessage {
  /** The delay, in whole milliseconds. */
  readonly after: Duration;
  /** The token that names it; left out if it has none. */
  readonly cancellationToken?: string;
}

/** A record that a batch wrote: for Kafka and Kinesis as it was sent, for other egresses the message itself. */
export interface WrittenRecord {
  /** The egress, comparable with what `kafkaEgress(…)` returned. */
  readonly egress: Target<never>;
  /** The record, comparable with what was sent. */
  readonly record: KafkaRecord | KinesisRecord | TypedValue | Message;
}

/** The effects of a batch, decoded. */
export interface DecodedEffects {
  /** The messages sent, in order. */
  readonly sent: readonly SentMessage[];
  /** The delayed messages that the batch leaves pending, in order. */
  readonly delayed: readonly DelayedMessage[];
  /** The tokens that were cancelled, in order. */
  readonly cancelled: readonly string[];
  /** The egress records written, in order. */
  readonly records: readonly WrittenRecord[];
}

type Result = Extract<WireResponse, { readonly kind: "result" }>;

/** Decodes the effects of a batch by the types that wrote them. */
export function decodedEffects(result: Result, trace: CodecTrace): DecodedEffects {
  const { delayed, cancelled } = decodedDelays(result.delayed, trace);
  return {
    sent: result.messages.map(({ target, argument }, i) => sentMessage(target, argument, trace.messages[i])),
    delayed,
    cancelled,
    records: result.egresses.map(({ namespace, name, argument }, i) => ({
      egress: { typename: `${namespace}/${name}` },
      record: decodedRecord(viewOf(argument), trace.records[i]),
    })),
  };
}

function decodedDelays(
  delays: readonly WireDelayedMessage[],
  trace: CodecTrace,
): Pick<DecodedEffects, "delayed" | "cancelled"> {
  let pending: DelayedMessage[] = [];
  const cancelled: string[] = [];
  let written = 0;
  for (const { isCancellation, cancellationToken, delayMillis, target, argument } of delays) {
    if (isCancellation) {
      cancelled.push(cancellationToken);
      pending = pending.filter((message) => message.cancellationToken !== cancellationToken);
      continue;
    }
    pending.push({
      after: { milliseconds: Number(delayMillis) },
      ...sentMessage(target, argument, trace.delayedMessages[written++]),
      ...(cancellationToken === "" ? {} : { cancellationToken }),
    });
  }
  return { delayed: pending, cancelled };
}

function sentMessage(
  target: WireAddress,
  argument: Uint8Array,
  codec: Codec<unknown> | undefined,
): SentMessage {
  const view = viewOf(argument);
  return {
    to: addressOf(target),
    message: decodedMessage(view, codec),
    ...(view.hasHeaders ? { headers: view.headers() } : {}),
  };
}

/** A view of a serialized `TypedValue`. */
export function viewOf(argument: Uint8Array): TypedValueView {
  const view = new TypedValueView(argument);
  view.end = argument.length;
  readTypedValue(new Reader(argument), argument.length, view);
  return view;
}

function decodedMessage(view: TypedValueView, codec: Codec<unknown> | undefined): TypedValue | Message {
  if (codec === undefined) {
    const { typename, hasValue, bytes } = new ReceivedMessage(view);
    return { typename, hasValue, bytes };
  }
  return typedValue(codec, codec.typename, codec.read(view.bytes, view.valueStart, view.valueEnd));
}

/** Decodes an egress record by what wrote its value. */
export function decodedRecord(
  view: TypedValueView,
  writtenAs: WrittenAs | undefined,
): WrittenRecord["record"] {
  const isKafka = view.typename === kafkaRecordTypename;
  if (writtenAs === undefined || (!isKafka && view.typename !== kinesisRecordTypename)) {
    return decodedMessage(view, typeof writtenAs === "object" ? writtenAs : undefined);
  }
  const fields = new RecordFields(view);
  const value = decodedValue(fields.value, writtenAs);
  if (isKafka) return kafkaRecord(fields, value);
  const record: KinesisRecord = { stream: fields.third, partitionKey: fields.first, value };
  return fields.fourth === "" ? record : { ...record, explicitHashKey: fields.fourth };
}

function kafkaRecord({ first, third, headers }: RecordFields, value: RecordValue): KafkaRecord {
  return {
    topic: third,
    ...(first === "" ? {} : { key: first }),
    value,
    ...(headers.length === 0 ? {} : { headers }),
  };
}

/** The fields of a Kafka or Kinesis record, which have the same shape up to the fourth. */
class RecordFields {
  first = "";
  value: Uint8Array = new Uint8Array(0);
  third = "";
  fourth = "";
  readonly headers: Headers;

  constructor(view: TypedValueView) {
    const reader = new Reader(view.bytes, view.valueStart);
    const end = view.valueEnd;
    const isKafka = view.typename === kafkaRecordTypename;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === 0x0a) this.first = reader.text(end);
      else if (tag === 0x12) {
        const stop = reader.delimited(end);
        this.value = view.bytes.slice(reader.position, stop);
        reader.position = stop;
      } else if (tag === 0x1a) this.third = reader.text(end);
      else if (tag === 0x22 && !isKafka) this.fourth = reader.text(end);
      else reader.skip(tag, end);
    }
    // Headers are field 4 of a record as they are of a typed value.
    const record = new TypedValueView(view.bytes.subarray(view.valueStart, end));
    record.end = end - view.valueStart;
    record.hasHeaders = isKafka;
    this.headers = record.headers();
  }
}

function decodedValue(bytes: Uint8Array, writtenAs: WrittenAs): RecordValue {
  if (writtenAs === "bytes") return bytes;
  if (writtenAs === "text") return readText(bytes, 0, bytes.length) ?? bytes;
  return typedValue(writtenAs, writtenAs.typename, writtenAs.read(bytes, 0, bytes.length));
}

/** Applies the mutations to the states, as the cluster would. */
export function applyMutations(states: Map<string, WireState>, mutations: readonly WireMutation[]): void {
  for (const { name, type, value } of mutations) {
    const stored =
      type === 1 && value !== undefined ? { typename: value.typename, bytes: value.bytes } : undefined;
    states.set(name, { name, value: stored });
  }
}

/** Decodes the states that hold a value, by the types that the function declares. */
export function decodedStates(
  prepared: PreparedFunction,
  states: ReadonlyMap<string, WireState>,
): Record<string, unknown> {
  const values: [name: string, value: unknown][] = [];
  for (const { name, codec } of prepared.layout.definitions) {
    const bytes = states.get(name)?.value?.bytes;
    if (bytes !== undefined) values.push([name, codec.read(bytes, 0, bytes.length)]);
  }
  return Object.fromEntries(values); // any name may be a state's, __proto__ too
}
