import type { KafkaRecord } from "../kafka-connection.js";
import { attributeBits, batchHead, batchMagic } from "./batch-head.js";
import { decompressed } from "./compression.js";
import { crc32c } from "./crc32c.js";
import { KafkaFailure } from "./kafka-failure.js";

const half = 0x1_0000_0000;

/** A record batch where it stands in an answer. */
export interface Batch {
  readonly bytes: Buffer;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: number;
  readonly transactional: boolean;
  /** Written by the broker: it holds the marker that ends a transaction. */
  readonly control: boolean;
}

/**
 * The whole batches in an answer, checked; the last one may be cut off, and is asked for again.
 *
 * @throws KafkaFailure if a batch is damaged or of an old version; `where` names the partition
 */
export function batchesIn(bytes: Buffer, where: string): Batch[] {
  const batches: Batch[] = [];
  let start = 0;
  while (bytes.length - start > batchHead.magic) {
    const magic = bytes[start + batchHead.magic] as number;
    const end = start + batchHead.beforeLength + bytes.readInt32BE(start + batchHead.length);
    if (magic !== batchMagic) throw new KafkaFailure(unknownVersion(magic, where));
    if (end > bytes.length) break;
    if (end - start < batchHead.size) throw damaged(where);
    batches.push(headOf(bytes.subarray(start, end), where));
    start = end;
  }
  return batches;
}

function unknownVersion(magic: number, where: string): string {
  const shape =
    magic < batchMagic
      ? `message format v${String(magic)}, from before Kafka 0.11; let a newer program write them again`
      : `message format v${String(magic)}, which is newer than this client`;
  return `${where} holds records in ${shape}`;
}

function damaged(where: string): KafkaFailure {
  return new KafkaFailure(`${where}: a record batch is damaged`);
}

function headOf(bytes: Buffer, where: string): Batch {
  if (crc32c(bytes, batchHead.attributes) !== bytes.readUInt32BE(batchHead.checksum)) throw damaged(where);
  const attributes = bytes.readInt16BE(batchHead.attributes);
  const baseOffset = int64(bytes, batchHead.baseOffset);
  return {
    bytes,
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(batchHead.lastOffsetDelta),
    producerId: int64(bytes, batchHead.producerId),
    transactional: (attributes & attributeBits.transactional) !== 0,
    control: (attributes & attributeBits.control) !== 0,
  };
}

/**
 * Reads the records of a batch from offset `from` on, behind those in `records`. Keys and values are views.
 *
 * @throws KafkaFailure if the records do not fit their batch; `where` names the partition
 */
export function readRecords(batch: Batch, from: number, records: KafkaRecord[], where: string): void {
  const { bytes, baseOffset } = batch;
  const code = bytes.readInt16BE(batchHead.attributes) & attributeBits.compression;
  const plain = code === 0 ? bytes : decompressed(code, bytes.subarray(batchHead.size), where);
  const cursor = new Cursor(plain, code === 0 ? batchHead.size : 0);
  for (let left = bytes.readInt32BE(batchHead.recordCount); left > 0; left -= 1) {
    const end = cursor.varint() + cursor.position;
    cursor.position += 1; // attributes: none are in use
    cursor.varint(); // the time, as a difference to the batch's
    const offset = baseOffset + cursor.varint();
    const key = cursor.bytes();
    const value = cursor.bytes();
    if (cursor.position > end || end > plain.length) throw damaged(where);
    cursor.position = end; // what follows are headers
    if (offset >= from) records.push({ offset, key, value });
  }
}

/** The first two bytes of a marker's key are a version; the next two are 0 where it aborts a transaction. */
export function isAbortMarker(batch: Batch): boolean {
  const cursor = new Cursor(batch.bytes, batchHead.size);
  cursor.varint(); // the size of the record
  cursor.position += 1;
  cursor.varint();
  cursor.varint();
  const key = cursor.bytes();
  return key !== undefined && key.length >= 4 && key[2] === 0 && key[3] === 0;
}

class Cursor {
  position: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** Zigzag, seven bits a byte. A difference of times may take more than 32 bits. */
  varint(): number {
    const first = this.#bytes[this.position++] as number;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let factor = 0x80; factor < Number.MAX_SAFE_INTEGER; factor *= 0x80) {
      const byte = this.#bytes[this.position++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new KafkaFailure("a record batch is damaged: a number does not end");
  }

  /** A length and the bytes; a length of −1 is null. */
  bytes(): Uint8Array | undefined {
    const length = this.varint();
    if (length < 0) return undefined;
    const start = this.position;
    this.position = start + length;
    if (this.position > this.#bytes.length)
      throw new KafkaFailure("a record batch is damaged: it is cut short");
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length);
  }
}

function int64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * half + bytes.readUInt32BE(at + 4);
}
