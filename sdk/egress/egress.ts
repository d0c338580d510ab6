import type { Target } from "../address.js";
import { StateFunError } from "../errors.js";
import { parseTypename } from "../typename.js";
import type { AnyType, MessageOf } from "../values/type.js";
import { codecOf } from "../values/type.js";
import { describeValue } from "../values/codec.js";
import type { Headers } from "../headers.js";
import type { ValueForm } from "../wire/value-form.js";
import { textFields } from "../wire/writer.js";
import type { WrittenAs } from "./record-value.js";

/** A typed way out of the cluster: what `context.send` takes beside addresses. `M` is the record it accepts. */
export interface Egress<M> extends Target<M> {
  /** Never present: tells egresses from whatever else has a typename. */
  readonly [egressMark]: true;
}

declare const egressMark: unique symbol;

/** How an egress writes a record: kept on the object itself. */
const writeKey: unique symbol = Symbol("write");

/** Where records are written to: the effects of a batch. `fields` names the egress on the wire. */
export interface RecordSink {
  /** Adds a record in a form of the egress's own. */
  egressRecord<S>(fields: Uint8Array, form: ValueForm<S>, staged: S, valueWrittenAs: WrittenAs): void;
  /** Adds a message as it is. */
  egressMessage(fields: Uint8Array, message: unknown, headers: Headers | undefined): void;
}

/** Writes one record to the effects of a batch. */
export type RecordWriter = (
  effects: RecordSink,
  fields: Uint8Array,
  record: unknown,
  headers: Headers | undefined,
) => void;

interface WritableEgress {
  readonly [writeKey]: (effects: RecordSink, record: unknown, headers: Headers | undefined) => void;
}

/** Makes an egress from the way it writes a record. Throws `invalid-argument` for a bad typename. */
export function egressOf<M>(typename: string, write: RecordWriter): Egress<M> {
  const { namespace, name } = parseTypename(typename, "typename of an egress");
  const fields = textFields([0x0a, namespace], [0x12, name]);
  const made: Target<M> & WritableEgress = {
    typename,
    [writeKey]: (effects, record, headers) => {
      write(effects, fields, record, headers);
    },
  };
  // The writer is not data: comparing or printing an egress shows its typename.
  Object.defineProperty(made, writeKey, { enumerable: false });
  return Object.freeze(made) as unknown as Egress<M>;
}

/** The way `target` writes a record, or `undefined` if it is not an egress. */
export function egressWriter(target: object): WritableEgress[typeof writeKey] | undefined {
  return (target as Partial<WritableEgress>)[writeKey];
}

/**
 * An egress of any kind, to which messages of the given types are sent as they are. For Kafka and Kinesis, which take
 * records of their own, use `kafkaEgress` and `kinesisEgress`.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`, or an element of `accepts` is
 * not a type
 */
export function egress<const A extends readonly AnyType[]>(
  typename: string,
  accepts: A,
): Egress<MessageOf<A[number]>> {
  const isList: boolean = Array.isArray(accepts);
  for (const type of isList ? accepts : [undefined]) {
    if (codecOf(type) !== undefined) continue;
    throw new StateFunError(
      "invalid-argument",
      isList
        ? `the egress ${typename} accepts ${describeValue(type)}, which is not a type`
        : `the egress ${typename} accepts ${describeValue(accepts)}, which is not a list of types: write [types.int, jsonType(…)]`,
      { typename },
    );
  }
  return egressOf(typename, (effects, fields, message, headers) => {
    effects.egressMessage(fields, message, headers);
  });
}

/** Whether `value` is an egress: for tools that look for them in modules. */
export function isEgress(value: unknown): value is Egress<unknown> {
  return typeof value === "object" && value !== null && egressWriter(value) !== undefined;
}
