/**
 * UTF-8 in and out of byte arrays, strictly: what is not UTF-8 is refused, never repaired.
 *
 * This is the one file that looks for Node's `Buffer`, whose native routines are several times faster than
 * `TextDecoder` on short text. Everything else, and every other runtime, works without it.
 */

/** How one runtime reads and writes text; both ways give the same results. */
interface TextRoutines {
  /** Decodes bytes that are known to be ASCII. */
  ascii(bytes: Uint8Array, start: number, end: number): string;
  /** Decodes UTF-8; invalid bytes become U+FFFD. */
  lossy(bytes: Uint8Array, start: number, end: number): string;
  /** The number of bytes of `text` in UTF-8; a lone surrogate counts three. */
  length(text: string): number;
  /** Writes `text`, which takes `length` bytes. */
  write(bytes: Uint8Array, at: number, text: string, length: number): void;
}

/** Text up to this many bytes is handled by loops of our own: a native call costs about as much as 40 of their turns. */
const shortText = 40;

/** ASCII up to here never needs the web's classes: names fit, so that the SDK loads where there is only ECMAScript. */
const longestLoop = 128;

/** The number of arguments that `String.fromCharCode.apply` is given at a time; engines limit the stack. */
const charCodesAtOnce = 4096;

/** The web's two classes, as far as they are used here; every runtime has them. */
interface WebText {
  readonly TextDecoder: new (
    label: string,
    options: { readonly ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
  readonly TextEncoder: new () => { encodeInto(text: string, bytes: Uint8Array): unknown };
}

const web = globalThis as unknown as WebText;
let decoder: InstanceType<WebText["TextDecoder"]> | undefined;
let encoder: InstanceType<WebText["TextEncoder"]> | undefined;

const portable: TextRoutines = {
  ascii(bytes, start, end) {
    if (end - start <= charCodesAtOnce) {
      return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
    }
    return portable.lossy(bytes, start, end);
  },
  lossy(bytes, start, end) {
    decoder ??= new web.TextDecoder("utf-8", { ignoreBOM: true });
    return decoder.decode(bytes.subarray(start, end));
  },
  length(text) {
    let length = text.length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) continue;
      if (unit < 0x800) length += 1;
      else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) {
        length += 2;
        i++;
      } else length += 2;
    }
    return length;
  },
  write(bytes, at, text, length) {
    if (length === text.length && length <= longestLoop) {
      for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
      return;
    }
    encoder ??= new web.TextEncoder();
    encoder.encodeInto(text, bytes.subarray(at, at + length));
  },
};

/** The methods of Node's `Buffer.prototype` that work on any byte array; not part of its documented surface. */
interface BufferMethods {
  readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string;
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
  readonly utf8Write: (this: Uint8Array, text: string, at: number, length: number) => number;
}

interface BufferClass {
  readonly prototype: BufferMethods;
  byteLength(text: string): number;
}

/** Node's routines if this runtime has them and they do what we need; decided once, when the module is loaded. */
function nativeRoutines(): TextRoutines | undefined {
  try {
    const { Buffer } = globalThis as unknown as { Buffer?: BufferClass };
    if (Buffer === undefined) return undefined;
    const { latin1Slice, utf8Slice, utf8Write } = Buffer.prototype;
    const routines: TextRoutines = {
      ascii: (bytes, start, end) => latin1Slice.call(bytes, start, end),
      lossy: (bytes, start, end) => utf8Slice.call(bytes, start, end),
      length: (text) => Buffer.byteLength(text),
      write: (bytes, at, text, length) => void utf8Write.call(bytes, text, at, length),
    };
    const probe = new Uint8Array(8);
    routines.write(probe, 1, "aé€", 6);
    const works = routines.lossy(probe, 1, 7) === "aé€" && routines.ascii(probe, 1, 2) === "a";
    return works && routines.length("aé€") === 6 ? routines : undefined;
  } catch {
    return undefined;
  }
}

const routines = nativeRoutines() ?? portable;

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Whether `bytes` from `start` to `end` are ASCII throughout. */
function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if ((bytes[i] as number) > 0x7f) return false;
  }
  return true;
}

/** Decodes UTF-8, or returns `undefined` where the bytes are not UTF-8. */
export function readText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (start === end) return "";
  if (end - start <= shortText && isAscii(bytes, start, end)) return routines.ascii(bytes, start, end);
  const text = routines.lossy(bytes, start, end);
  // A replacement character is either the mark of an error or was there before; only the second one round-trips.
  if (text.includes("\uFFFD") && !isSame(bytes, start, end, text)) return undefined;
  return text;
}

/** Whether `text` in UTF-8 is exactly `bytes` from `start` to `end`. */
function isSame(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  const length = routines.length(text);
  if (length !== end - start) return false;
  const again = new Uint8Array(length);
  routines.write(again, 0, text, length);
  for (let i = 0; i < length; i++) {
    if (again[i] !== bytes[start + i]) return false;
  }
  return true;
}

/** Whether the bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= shortText && isAscii(bytes, start, end)) return true;
  return readText(bytes, start, end) !== undefined;
}

/** The number of bytes that `text` takes in UTF-8. */
export function textLength(text: string): number {
  const { length } = text;
  if (length > shortText) return routines.length(text);
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) > 0x7f) return routines.length(text);
  }
  return length;
}

/** Writes `text`, whose `textLength` is `length`, to `bytes` from `at` on. */
export function writeText(bytes: Uint8Array, at: number, text: string, length: number): void {
  if (length > shortText || length !== text.length) {
    routines.write(bytes, at, text, length);
    return;
  }
  for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** The bytes of `text` in UTF-8, in an array of their own. */
export function textBytes(text: string): Uint8Array {
  const length = textLength(text);
  const bytes = new Uint8Array(length);
  writeText(bytes, 0, text, length);
  return bytes;
}

/**
 * The number of bytes that `text` takes in UTF-8, or −1 where UTF-8 cannot carry it, because half of a surrogate pair
 * stands alone in it.
 */
export function checkedTextLength(text: string): number {
  const length = textLength(text);
  return length === text.length || !/\p{Surrogate}/u.test(text) ? length : -1;
}

let measuredText = "";
let measuredLength = 0;

/**
 * As `checkedTextLength`, for ids and keys, which tend to be the same several times in a row: the target of one
 * message, then the key of a record.
 */
export function recurringTextLength(text: string): number {
  if (text === measuredText) return measuredLength;
  measuredLength = checkedTextLength(text);
  measuredText = text;
  return measuredLength;
}

/** Entries of the table of recent names: a power of two, more than the names of a large service. */
const internedNames = 512;

/** Names longer than this are decoded each time rather than kept. */
const longestInternedName = 128;

interface InternedName {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const recentNames = new Array<InternedName | undefined>(internedNames).fill(undefined);

/**
 * Decodes a name that comes again and again (a typename, a namespace, a state name), returning the string made the
 * last time where the bytes are the same. The table has a fixed size, so names from outside cannot fill the memory.
 */
export function readName(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 0) return "";
  if (length > longestInternedName) return readText(bytes, start, end);
  const slot = nameSlot(bytes, start, end);
  const known = recentNames[slot];
  if (known !== undefined && sameBytes(known.bytes, bytes, start, length)) return known.text;
  const text = readText(bytes, start, end);
  if (text !== undefined) recentNames[slot] = { bytes: bytes.slice(start, end), text };
  return text;
}

/**
 * Has `readName` return this very string where its bytes come: names that a program declares are then equal to those
 * that arrive by being the same string, which needs no comparison.
 */
export function rememberName(text: string): void {
  const bytes = textBytes(text);
  if (bytes.length === 0 || bytes.length > longestInternedName) return;
  recentNames[nameSlot(bytes, 0, bytes.length)] = { bytes, text };
}

function nameSlot(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const mixed =
    length * 31 +
    (bytes[start] as number) * 7 +
    (bytes[end - 1] as number) * 13 +
    (bytes[(start + end) >> 1] as number) * 17 +
    (bytes[start + ((length * 3) >> 2)] as number) * 5;
  return mixed & (internedNames - 1);
}

function sameBytes(known: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (known[i] !== bytes[start + i]) return false;
  }
  return true;
}
