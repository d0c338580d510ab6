import type { Writer } from "./writer.js";
import { textFields } from "./writer.js";

/**
 * How the values of one type are written: what `TypedValue` says before the value, and the value itself, whose size
 * is known before it is written. `S` is the form a value has between the two steps: a number, or the text of a JSON
 * value.
 */
export interface ValueForm<S> {
  /** The serialized `typename` and `has_value` of every `TypedValue` of the type. */
  readonly head: Uint8Array;
  /** The number of bytes `write` will write. */
  size(staged: S): number;
  /** Writes the value, which takes `size` bytes; the writer has room for it. */
  write(staged: S, out: Writer, size: number): void;
}

/** The serialized `typename` and `has_value` of a `TypedValue`. */
export function typedValueHead(typename: string): Uint8Array {
  const name = textFields([0x0a, typename]);
  const head = new Uint8Array(name.length + 2);
  head.set(name);
  head[name.length] = 0x10;
  head[name.length + 1] = 1;
  return head;
}
