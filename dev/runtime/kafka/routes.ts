import { readText, typedValueHead, varintSize } from "statefun/wire";
import type { TopicRoute } from "../../module/module.js";
import type { IngressMessage } from "../ingress/ingress.js";
import { pooledWriter } from "../pooled-writer.js";

/** The tag of a `TypedValue`'s bytes. */
const valueTag = 0x1a;

/** Turns the records of one topic into messages: one for each target, the key being the id. */
export class Route {
  readonly #head: Uint8Array;
  readonly #targets: TopicRoute["targets"];

  constructor({ valueType, targets }: TopicRoute) {
    this.#head = typedValueHead(valueType);
    this.#targets = targets;
  }

  /** The messages of a record. Bytes of the key that are no UTF-8 become U+FFFD; those of the value stay as they are. */
  messages(key: Uint8Array, value: Uint8Array): IngressMessage[] {
    if (this.#targets.length === 0) return [];
    const id = readText(key, 0, key.length) ?? Buffer.from(key.buffer, key.byteOffset, key.length).toString();
    const argument = this.#argument(value);
    return this.#targets.map((target) => ({ target, id, argument }));
  }

  /** A serialized `TypedValue`; proto3 leaves out bytes of which there are none. */
  #argument(value: Uint8Array): Uint8Array {
    const head = this.#head;
    if (value.length === 0) return head;
    const out = pooledWriter(head.length + 1 + varintSize(value.length) + value.length);
    out.copy(head);
    out.byte(valueTag);
    out.varint(value.length);
    out.copy(value);
    return out.bytes;
  }
}
