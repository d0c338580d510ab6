import { createHash } from "node:crypto";
import type { StoreKey } from "./store.js";

/**
 * The most bytes that stand in the file for a key as they are. A longer key is cut here and a digest put behind it,
 * so that a page of 4 KiB, the smallest there is, holds at least six of them and searches stay short.
 */
const wholeKeyBytes = 480;

/** A text of no more code units is never cut, whatever they are: each has three bytes at most, behind the tag. */
const neverCutUnits = (wholeKeyBytes - 1) / 3 - 1;

/** How many arguments one call is given: far below what any engine takes. */
const unitsAtOnce = 4096;

const digestBytes = 32;
const numberTag = 1;
const stringTag = 2;

/** The length of a cut key, which no whole key has. */
const cutKeyBytes = wholeKeyBytes + digestBytes;

/** A key that is too long to stand in the file as it is. */
export interface CutKey {
  /** What stands there: its beginning and its digest. */
  readonly cut: Uint8Array;
  /** All of its bytes, which are kept with the value. */
  readonly whole: Uint8Array;
}

/** Cuts a key if it must be: `undefined` for one that need not. */
export function cutKey(key: StoreKey): CutKey | undefined {
  if (typeof key === "number" || key.length <= neverCutUnits) return undefined;
  const whole = wholeBytes(key);
  if (whole.length <= wholeKeyBytes) return undefined;
  const cut = Buffer.concat([whole.subarray(0, wholeKeyBytes), createHash("sha256").update(whole).digest()]);
  return { cut, whole };
}

/** The first bytes that a key may have in the file if it is `key` or sorts behind it. */
export function lowestBytes(key: StoreKey): Uint8Array {
  return wholeBytes(key).subarray(0, wholeKeyBytes);
}

/** Whether two cut keys begin with the same bytes: they then stand in the order of their digests. */
export function sameBeginning(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a.subarray(0, wholeKeyBytes), b.subarray(0, wholeKeyBytes)) === 0;
}

/**
 * Writes a key, or bytes that have been made of one, to `target` and gives the end. The bytes of two keys of one kind
 * sort as the keys do.
 */
export function writeKey(key: StoreKey | Uint8Array, target: Uint8Array, start: number): number {
  if (typeof key === "string") {
    target[start] = stringTag;
    return writeUnits(key, target, start + 1);
  }
  if (typeof key === "number") return writeNumber(key, target, start);
  target.set(key, start);
  return start + key.length;
}

/** Reads a key; one that was cut comes as a copy of its bytes. */
export function readKey(bytes: Uint8Array, start: number, end: number): StoreKey | Uint8Array {
  return end - start === cutKeyBytes ? bytes.slice(start, end) : readWholeKey(bytes, start, end);
}

/** Reads a key whose bytes are all there. */
export function readWholeKey(bytes: Uint8Array, start: number, end: number): StoreKey {
  if (bytes[start] === numberTag) return readNumber(bytes, start + 1);
  for (let at = start + 1; at < end; at++)
    if ((bytes[at] as number) > 0x7f) return readUnits(bytes, start + 1, end);
  return textOf(bytes, start + 1, end);
}

function wholeBytes(key: StoreKey): Buffer {
  const bytes = Buffer.allocUnsafe(typeof key === "number" ? 8 : 1 + 3 * key.length);
  return bytes.subarray(0, writeKey(key, bytes, 0));
}

/** The tag and seven bytes, the high ones first: as many as a whole number can have. */
function writeNumber(key: number, target: Uint8Array, start: number): number {
  target[start] = numberTag;
  let rest = key;
  for (let at = start + 7; at > start; at--) {
    target[at] = rest % 0x100;
    rest = Math.floor(rest / 0x100);
  }
  return start + 8;
}

function readNumber(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; at < start + 7; at++) value = value * 0x100 + (bytes[at] as number);
  return value;
}

/**
 * Each code unit in one to three bytes, as UTF-8 writes a character. Surrogates are written one by one: so the bytes
 * sort as code units do, and a lone one comes back as it was.
 */
function writeUnits(key: string, target: Uint8Array, start: number): number {
  let end = start;
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    if (unit < 0x80) target[end++] = unit;
    else if (unit < 0x800) {
      target[end++] = 0xc0 | (unit >> 6);
      target[end++] = 0x80 | (unit & 0x3f);
    } else {
      target[end++] = 0xe0 | (unit >> 12);
      target[end++] = 0x80 | ((unit >> 6) & 0x3f);
      target[end++] = 0x80 | (unit & 0x3f);
    }
  }
  return end;
}

function readUnits(bytes: Uint8Array, start: number, end: number): string {
  const units = new Uint16Array(end - start);
  let count = 0;
  for (let at = start; at < end;) {
    const byte = bytes[at++] as number;
    if (byte < 0x80) {
      units[count++] = byte;
      continue;
    }
    const next = (bytes[at++] as number) & 0x3f;
    if (byte < 0xe0) units[count++] = ((byte & 0x1f) << 6) | next;
    else units[count++] = ((byte & 0xf) << 12) | (next << 6) | ((bytes[at++] as number) & 0x3f);
  }
  return textOf(units, 0, count);
}

function textOf(units: Uint8Array | Uint16Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += unitsAtOnce)
    text += String.fromCharCode(...units.subarray(at, Math.min(at + unitsAtOnce, end)));
  return text;
}
