import { Reader } from "./reader.js";

/** One header of a message: a key and its value, where `undefined` is a null header. */
export interface WireHeader {
  /** The header's name. */
  readonly key: string;
  /** The header's bytes; `undefined` for a null header. */
  readonly value: Uint8Array | undefined;
}

/**
 * A `TypedValue` where it stands in a request: its name, and where its parts begin and end. Nothing is copied, and
 * the value is not decoded.
 */
export class TypedValueView {
  /** The bytes that all positions refer to. */
  declare bytes: Uint8Array;
  /** The typename; the empty string if there is none. */
  typename = "";
  /** Whether there is a value, of however few bytes. */
  hasValue = false;
  /** Where the value begins in `bytes`. */
  valueStart = 0;
  /** Where the value ends. */
  valueEnd = 0;
  /** Where the whole serialized `TypedValue` begins in `bytes`, with fields that are unknown here. */
  start = 0;
  /** Where the serialized `TypedValue` ends. */
  end = 0;
  /** Whether there are headers. */
  hasHeaders = false;

  /** A view without content; `readTypedValue` fills it. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The value's bytes, as a view on the request. */
  value(): Uint8Array {
    return this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  /**
   * The headers, in order, duplicates kept. Their values are copies.
   *
   * @throws StateFunError `malformed-request` if the bytes have been changed since they were read
   */
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
 *
 * @throws StateFunError `malformed-request` if the bytes are cut short or cannot be a `TypedValue`
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
