import * as records from "../records/records.js";
import type { StoredSpec, StoredValue } from "../records/records.js";
import type { FunctionNumbers } from "./function-numbers.js";
import { LineProblem } from "./line-fields.js";
import type { LineFields } from "./line-fields.js";
import { addressFields, addressKeyOf } from "./readable-entries.js";
import type { Fields } from "./readable-entries.js";
import type { StoreKey } from "./store.js";
import { bytesOfFields, writableValue } from "./written-bytes.js";

/**
 * The lines of an address: one a state value.
 *
 * @throws Error if the record is not one of registered states
 */
export function stateFields(key: StoreKey, value: Uint8Array, functions: FunctionNumbers): Fields[] {
  const specs = specsOf(key, functions);
  const address = addressFields(key, functions);
  return records.stateRecords.decode(value).flatMap((stored, index): Fields[] => {
    const spec = specs[index];
    if (stored === undefined) return [];
    if (spec === undefined) throw new LineProblem("there is a value of a state that is not registered");
    const { name, typename } = spec;
    const { touchedMillis, bytes } = stored;
    return [{ ...address, state: name, typename, touchedMillis, ...writableValue(typename, bytes) }];
  });
}

/**
 * The entry of an address from all of its lines.
 *
 * @throws LineProblem if a line is no state value of the address of the first
 */
export function stateOf(
  lines: readonly LineFields[],
  functions: FunctionNumbers,
): readonly [string, Uint8Array] {
  const values: (StoredValue | undefined)[] = [];
  let key: string | undefined;
  for (const fields of lines) {
    const { key: own, index, value } = stateValueOf(fields, functions);
    key ??= own;
    place(values, index, value);
  }
  if (key === undefined) throw new LineProblem("there is no value");
  return [key, records.stateRecords.encode(values)];
}

/** One state value, and where it belongs. */
export interface StateValue {
  /** The key of its address. */
  readonly key: string;
  /** The index of its state. */
  readonly index: number;
  readonly value: StoredValue;
}

/** @throws LineProblem if the fields are not those of a state value */
export function stateValueOf(fields: LineFields, functions: FunctionNumbers): StateValue {
  const key = addressKeyOf(fields, functions);
  const name = fields.text("state");
  const typename = fields.text("typename");
  const index = specsOf(key, functions).findIndex((spec) => spec.name === name && spec.typename === typename);
  if (index === -1) throw new LineProblem(`the function has no state ${name} of type ${typename}`);
  const touchedMillis = fields.whole("touchedMillis");
  return { key, index, value: { touchedMillis, bytes: bytesOfFields(typename, fields) } };
}

/** @throws LineProblem if there is a value of this state already */
export function place(values: (StoredValue | undefined)[], index: number, value: StoredValue): void {
  if (values[index] !== undefined) throw new LineProblem("there is a value of this state already");
  while (values.length < index) values.push(undefined);
  values[index] = value;
}

function specsOf(key: StoreKey, functions: FunctionNumbers): readonly StoredSpec[] {
  return functions.typeOf(records.addressOfKey(String(key)).type).states;
}
