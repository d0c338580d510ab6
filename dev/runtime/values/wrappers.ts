import { Reader, readText, textBytes, varintSize, Writer } from "statefun/wire";

/** The namespace of StateFun's own types. */
const namespace = "io.statefun.types/";

/** The typename of text. */
export const stringTypename = `${namespace}string`;

/** A value of one of StateFun's own types as JSON has it. A `long` beyond 2⁵³ is text, and so is a number like NaN. */
export type WrappedValue = boolean | number | string;

/** One of StateFun's own types: a message with one field, numbered 1, whose default is written as no bytes. */
interface Wrapper {
  /** The tag of field 1. */
  readonly tag: number;
  /** What zero bytes mean. */
  readonly missing: WrappedValue;
  /** Reads the field's value; the reader stands behind the tag. */
  read(reader: Reader, end: number): WrappedValue;
  /** Writes the field with its tag; `undefined` if the value is none of this type. */
  write(value: unknown): Uint8Array | undefined;
  /** For people: what values there are. */
  readonly range: string;
}

const none = new Uint8Array(0);

/** The eight bytes of a number, or four of them, where the reader stands. */
function wordAt(reader: Reader, length: number): DataView {
  const { bytes, position } = reader;
  return new DataView(bytes.buffer, bytes.byteOffset + position, length);
}

/** The bytes of a field of fixed width. */
function fixed(tag: number, length: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(1 + length);
  bytes[0] = tag;
  write(new DataView(bytes.buffer, 1));
  return bytes;
}

/** A number as JSON can have it: what JSON has no number for is text. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The opposite of {@link jsonNumber}. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return undefined;
}

function longOf(value: unknown): bigint | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,19}$/.test(value)) {
    const long = BigInt(value);
    return BigInt.asIntN(64, long) === long ? long : undefined;
  }
  return undefined;
}

const wrappers: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  [
    "bool",
    {
      tag: 0x08,
      missing: false,
      read: (reader, end) => reader.bool(end),
      write(value) {
        if (typeof value !== "boolean") return undefined;
        return value ? Uint8Array.of(0x08, 1) : none;
      },
      range: "true or false",
    },
  ],
  [
    "int",
    {
      tag: 0x0d,
      missing: 0,
      read: (reader) => wordAt(reader, 4).getInt32(0, true),
      write(value) {
        if (typeof value !== "number" || (value | 0) !== value) return undefined;
        return value === 0
          ? none
          : fixed(0x0d, 4, (view) => {
              view.setInt32(0, value, true);
            });
      },
      range: "a whole number of 32 bits",
    },
  ],
  [
    "float",
    {
      tag: 0x0d,
      missing: 0,
      read: (reader) => jsonNumber(wordAt(reader, 4).getFloat32(0, true)),
      write(value) {
        const number = numberOf(value);
        if (number === undefined) return undefined;
        if (Number.isFinite(number) && !Number.isFinite(Math.fround(number))) return undefined;
        return number === 0
          ? none
          : fixed(0x0d, 4, (view) => {
              view.setFloat32(0, number, true);
            });
      },
      range: "a number of 32 bits",
    },
  ],
  [
    "long",
    {
      tag: 0x09,
      missing: 0,
      read(reader) {
        const long = wordAt(reader, 8).getBigInt64(0, true);
        return Number.isSafeInteger(Number(long)) ? Number(long) : String(long);
      },
      write(value) {
        const long = longOf(value);
        if (long === undefined) return undefined;
        return long === 0n
          ? none
          : fixed(0x09, 8, (view) => {
              view.setBigInt64(0, long, true);
            });
      },
      range: "a whole number of 64 bits, as text beyond 2^53",
    },
  ],
  [
    "double",
    {
      tag: 0x09,
      missing: 0,
      read: (reader) => jsonNumber(wordAt(reader, 8).getFloat64(0, true)),
      write(value) {
        const number = numberOf(value);
        if (number === undefined) return undefined;
        return number === 0
          ? none
          : fixed(0x09, 8, (view) => {
              view.setFloat64(0, number, true);
            });
      },
      range: "a number",
    },
  ],
  [
    "string",
    {
      tag: 0x0a,
      missing: "",
      read: (reader, end) => reader.text(end),
      write: (value) => (typeof value === "string" ? wrappedText(textBytes(value)) : undefined),
      range: "text",
    },
  ],
]);

function wrapperOf(typename: string): Wrapper | undefined {
  return typename.startsWith(namespace) ? wrappers.get(typename.slice(namespace.length)) : undefined;
}

/** Whether `typename` is one of StateFun's own types. */
export function isWrapped(typename: string): boolean {
  return wrapperOf(typename) !== undefined;
}

/** What values the type has, for people; only for a type that {@link isWrapped}. */
export function wrappedRange(typename: string): string {
  return wrapperOf(typename)?.range ?? "any bytes";
}

/** The bytes of `io.statefun.types/string` for text that is UTF-8 already. */
export function wrappedText(text: Uint8Array): Uint8Array {
  if (text.length === 0) return none;
  const out = new Writer(1 + varintSize(text.length) + text.length);
  out.byte(0x0a);
  out.varint(text.length);
  out.copy(text);
  return out.bytes;
}

/**
 * Reads the bytes of one of StateFun's own types.
 *
 * @returns `undefined` if the type is another, or the bytes are not a value of it
 */
export function readWrapped(typename: string, bytes: Uint8Array): WrappedValue | undefined {
  const wrapper = wrapperOf(typename);
  if (wrapper === undefined) return undefined;
  const reader = new Reader(bytes);
  const end = bytes.length;
  let value = wrapper.missing;
  try {
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag >>> 3 !== 1) {
        reader.skip(tag, end);
        continue;
      }
      if (tag !== wrapper.tag) return undefined; // stock parsers would take the default for it
      const start = reader.position;
      reader.skip(tag, end);
      const stop = reader.position;
      reader.position = start;
      value = wrapper.read(reader, stop);
      reader.position = stop;
    }
  } catch {
    return undefined;
  }
  return value;
}

/**
 * Writes a value of one of StateFun's own types, given as JSON has it.
 *
 * @returns `undefined` if the type is another, or `value` is none of its values
 */
export function writeWrapped(typename: string, value: unknown): Uint8Array | undefined {
  return wrapperOf(typename)?.write(value);
}

/** Bytes that are UTF-8, as text; otherwise `undefined`. */
export function strictText(bytes: Uint8Array): string | undefined {
  return readText(bytes, 0, bytes.length);
}
