import { StateFunError } from "../errors.js";
import type { WrittenAs } from "../egress/record-value.js";
import type { AnyStatefulFunction, StatefulFunction } from "../stateful-function.js";
import { preparedFunction } from "../stateful-function.js";
import type { SpecValue, StorageSpecs } from "../storage/value-spec.js";
import { describeValue } from "../values/codec.js";
import type { Message } from "../values/message.js";
import type { AnyType } from "../values/type.js";
import { codecOf } from "../values/type.js";
import type { TypedValue } from "../values/typed-value.js";
import type { WireState } from "../wire/cluster-side.js";
import type { GivenMessage } from "./batch-request.js";
import { invocationOf } from "./batch-request.js";
import type { WrittenRecord } from "./batch-result.js";
import { decodedRecord, decodedStates, viewOf } from "./batch-result.js";

/**
 * Serializes a message as it stands on the wire, a `TypedValue`: for tools that play the cluster's part.
 *
 * @throws StateFunError `invalid-argument` if `message` is none
 */
export function serializedMessage(message: TypedValue | Message | GivenMessage): Uint8Array {
  return invocationOf(message, undefined).argument;
}

/**
 * Decodes an egress record, a serialized `TypedValue`, as it was sent: for Kafka and Kinesis the record, for other
 * egresses the message.
 *
 * The bytes do not say which type wrote a value: with `type` it is decoded by that, as `Charge({…})`. Without, the value
 * of a Kafka or Kinesis record is a text if its bytes are UTF-8 and the bytes otherwise, and any other record is given as
 * it stands on the wire.
 *
 * @throws StateFunError `invalid-argument` if `type` is no type, `serialization` if the value does not fit it
 */
export function deserializedRecord(argument: Uint8Array, type?: AnyType): WrittenRecord["record"] {
  const view = viewOf(argument);
  let writtenAs: WrittenAs | undefined = "text";
  if (type !== undefined) {
    writtenAs = codecOf(type);
    if (writtenAs === undefined) {
      throw new StateFunError(
        "invalid-argument",
        `the type of a record is ${describeValue(type)}: pass a type`,
      );
    }
  }
  return decodedRecord(view, writtenAs);
}

/**
 * Decodes the state values of one address by the value specs of its function; `values` has the bytes by name.
 *
 * @throws StateFunError `invalid-argument` if `statefulFunction` is none, `serialization` if a value does not fit its type
 */
export function deserializedStorage<N extends string, A extends readonly AnyType[], S extends StorageSpecs>(
  statefulFunction: StatefulFunction<N, A, S>,
  values: ReadonlyMap<string, Uint8Array>,
): { [K in keyof S]?: SpecValue<S[K]> } {
  const prepared = preparedFunction(statefulFunction);
  if (prepared === undefined) {
    throw new StateFunError(
      "invalid-argument",
      `storage was asked of ${describeValue(statefulFunction)}: pass what statefulFunction(…) returned`,
    );
  }
  const { typename } = statefulFunction satisfies AnyStatefulFunction;
  const states = new Map<string, WireState>();
  for (const [name, bytes] of values) states.set(name, { name, value: { typename, bytes } });
  return decodedStates(prepared, states) as { [K in keyof S]?: SpecValue<S[K]> };
}
