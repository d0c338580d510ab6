import { createHash } from "node:crypto";
import type { StoreKey } from "./store.js";

/**
 * The most bytes that stand in the file for a key as they are. A longer key is cut here and a digest put behind it,
 * so that a page of 4 KiB, the smallest there is, holds at least six of them and searches stay short.
 */
const wholeKeyBytes = 480;

/** How many arguments one call is given: far below what any engine takes. */
const unitsAtOnce = 4096;

const digestBytes = 32;
const numberTag = 1;
const stringTag = 2;
const numberBytes = 8;

/** The length of a cut key, which no whole key has. */
const cutKeyBytes = wholeKeyBytes + digestBytes;

/** A key as its table keeps it: bytes that sort as the keys do. */
export interface KeyBytes {
  readonly bytes: Uint8Array;
  /** All bytes of the key, if `bytes` is cut; they are kept with the value then. */
  readonly whole: Uint8Array | undefined;
}

/**
 * The bytes of `key`. Those of two keys of one kind sort as the keys, except that keys cut at the same bytes sort by
 * their digests: whoever scans puts these in order.
 */
export function keyBytes(key: StoreKey): KeyBytes {
  const bytes = wholeBytes(key);
  if (bytes.length <= wholeKeyBytes) return { bytes, whole: undefined };
  const cut = Buffer.concat([bytes.subarray(0, wholeKeyBytes), createHash("sha256").update(bytes).digest()]);
  return { bytes: cut, whole: bytes };
}

/** The first bytes that a key may have in the file if it is `key` or sorts behind it. */
export function lowestBytes(key: StoreKey): Uint8Array {
  return wholeBytes(key).subarray(0, wholeKeyBytes);
}

/** Whether these are the bytes of a key that was cut. */
export function isCut(bytes: Uint8Array): boolean {
  return bytes.length === cutKeyBytes;
}

/** Whether two cut keys begin with the same bytes. */
export function sameBeginning(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a.subarray(0, wholeKeyBytes), b.subarray(0, wholeKeyBytes)) === 0;
}

/** The key whose whole bytes these are. */
export function keyOf(bytes: Uint8Array): StoreKey {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer[0] === numberTag) return buffer.readUIntBE(1, 1) * 2 ** 48 + buffer.readUIntBE(2, 6);
  for (const byte of buffer) if (byte > 0x7f) return unitsOf(buffer);
  return buffer.toString("latin1", 1);
}

function wholeBytes(key: StoreKey): Buffer {
  if (typeof key === "number") return numberBytesOf(key);
  const bytes = Buffer.allocUnsafe(1 + key.length);
  bytes[0] = stringTag;
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    if (unit > 0x7f) return unitBytes(key);
    bytes[at + 1] = unit;
  }
  return bytes;
}

function numberBytesOf(key: number): Buffer {
  const bytes = Buffer.allocUnsafe(numberBytes);
  bytes[0] = numberTag;
  bytes[1] = Math.floor(key / 2 ** 48);
  bytes.writeUIntBE(key % 2 ** 48, 2, 6);
  return bytes;
}

/**
 * Each code unit in one to three bytes, as UTF-8 writes a character. Surrogates are written one by one: so the bytes
 * sort as code units do, and a lone one comes back as it was.
 */
function unitBytes(key: string): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 3 * key.length);
  bytes[0] = stringTag;
  let end = 1;
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    if (unit < 0x80) bytes[end++] = unit;
    else if (unit < 0x800) {
      bytes[end++] = 0xc0 | (unit >> 6);
      bytes[end++] = 0x80 | (unit & 0x3f);
    } else {
      bytes[end++] = 0xe0 | (unit >> 12);
      bytes[end++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[end++] = 0x80 | (unit & 0x3f);
    }
  }
  return bytes.subarray(0, end);
}

function unitsOf(bytes: Buffer): string {
  const units = new Uint16Array(bytes.length - 1);
  let count = 0;
  for (let at = 1; at < bytes.length;) {
    const byte = bytes.readUInt8(at++);
    if (byte < 0x80) {
      units[count++] = byte;
      continue;
    }
    const next = bytes.readUInt8(at++) & 0x3f;
    if (byte < 0xe0) units[count++] = ((byte & 0x1f) << 6) | next;
    else units[count++] = ((byte & 0xf) << 12) | (next << 6) | (bytes.readUInt8(at++) & 0x3f);
  }
  let text = "";
  for (let at = 0; at < count; at += unitsAtOnce)
    text += String.fromCharCode(...units.subarray(at, Math.min(at + unitsAtOnce, count)));
  return text;
}
