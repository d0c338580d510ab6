import { Reader } from "./reader.js";

/** One header of a message: a key and its value, where `undefined` is a null header. */
export interface WireHeader {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/**
 * A `TypedValue` where it stands in a request: its name, and where its parts begin and end. Nothing is copied, and
 * the value is not decoded.
 */
export class TypedValueView {
  /** The bytes that all positions refer to. */
  bytes: Uint8Array;
  typename = "";
  hasValue = false;
  /** Where the value begins and ends in `bytes`. */
  valueStart = 0;
  valueEnd = 0;
  /** Where the whole serialized `TypedValue` begins and ends in `bytes`, with fields that are unknown here. */
  start = 0;
  end = 0;
  hasHeaders = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The value's bytes, as a view on the request. */
  value(): Uint8Array {
    return this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  /** The headers, in order, duplicates kept. Their values are copies. */
  headers(): WireHeader[] {
    const found: WireHeader[] = [];
    if (!this.hasHeaders) return found;
    const reader = new Reader(this.bytes, this.start);
    while (reader.position < this.end) {
      const tag = reader.tag(this.end);
      if (tag === 0x22) found.push(readHeader(reader, reader.delimited(this.end)));
      else reader.skip(tag, this.end);
    }
    return found;
  }
}

/**
 * Reads a `TypedValue` up to `end` into `view`. Fields that the view has already are overwritten, which is how
 * proto3 merges a message that occurs twice.
 */
export function readTypedValue(reader: Reader, end: number, view: TypedValueView): void {
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 0x0a:
        view.typename = reader.name(end);
        break;
      case 0x10:
        view.hasValue = reader.bool(end);
        break;
      case 0x1a: {
        const stop = reader.delimited(end);
        view.valueStart = reader.position;
        view.valueEnd = stop;
        reader.position = stop;
        break;
      }
      case 0x22:
        readHeader(reader, reader.delimited(end));
        view.hasHeaders = true;
        break;
      default:
        reader.skip(tag, end);
    }
  }
}

function readHeader(reader: Reader, end: number): WireHeader {
  let key = "";
  let value: Uint8Array = new Uint8Array(0);
  let hasValue = false;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 0x0a:
        key = reader.text(end);
        break;
      case 0x12: {
        const stop = reader.delimited(end);
        value = new Uint8Array(reader.bytes.subarray(reader.position, stop));
        reader.position = stop;
        break;
      }
      case 0x18:
        hasValue = reader.bool(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return { key, value: hasValue ? value : undefined };
}
