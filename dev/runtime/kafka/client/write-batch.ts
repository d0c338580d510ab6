import type { OutgoingRecord } from "../kafka-connection.js";
import { attributeBits, batchHead, batchMagic } from "./batch-head.js";
import type { Compression } from "./compression.js";
import { crc32c } from "./crc32c.js";
import { varintSize, writeVarint } from "./varint.js";
import { writeInt64 } from "./wire-writer.js";

/** Who writes a batch, and what number its first record has among the producer's records in the partition. */
export interface BatchProducer {
  readonly id: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly transactional: boolean;
}

/** A batch of a producer that has no id: brokers do not look for repetitions then. */
export const anonymous: BatchProducer = { id: -1, epoch: -1, sequence: -1, transactional: false };

/** Writes records as one batch of version 2. */
export function writeBatch(
  records: readonly OutgoingRecord[],
  producer: BatchProducer,
  compression: Compression,
  epochMillis: number,
): Buffer {
  const sizes = records.map(recordSize);
  const plain = Buffer.allocUnsafe(
    sizes.reduce((sum, size) => sum + varintSize(size) + size, batchHead.size),
  );
  let at: number = batchHead.size;
  for (let index = 0; index < records.length; index += 1) {
    at = writeVarint(plain, sizes[index] as number, at);
    at = writeRecord(plain, records[index] as OutgoingRecord, index, at);
  }
  const batch = compressed(plain, compression);
  writeInt64(batch, 0, batchHead.baseOffset);
  batch.writeInt32BE(batch.length - batchHead.beforeLength, batchHead.length);
  batch.writeInt32BE(-1, batchHead.beforeLength); // the leader's epoch: the broker's to fill in
  batch[batchHead.magic] = batchMagic;
  batch.writeInt16BE(
    compression.code | (producer.transactional ? attributeBits.transactional : 0),
    batchHead.attributes,
  );
  batch.writeInt32BE(records.length - 1, batchHead.lastOffsetDelta);
  writeInt64(batch, epochMillis, batchHead.baseTime);
  writeInt64(batch, epochMillis, batchHead.maxTime);
  writeInt64(batch, producer.id, batchHead.producerId);
  batch.writeInt16BE(producer.epoch, batchHead.producerEpoch);
  batch.writeInt32BE(producer.sequence, batchHead.baseSequence);
  batch.writeInt32BE(records.length, batchHead.recordCount);
  batch.writeUInt32BE(crc32c(batch, batchHead.attributes), batchHead.checksum);
  return batch;
}

function compressed(plain: Buffer, compression: Compression): Buffer {
  if (compression.code === 0) return plain;
  const records = compression.compress(plain.subarray(batchHead.size));
  return Buffer.concat([plain.subarray(0, batchHead.size), records]);
}

/** How many bytes a record takes at most beside its key, value and headers: five lengths, and the attributes. */
export const recordOverhead = 26;

/** The size of a record in its batch, without the varint that says it. All are written at one time. */
function recordSize({ key, value, headers = [] }: OutgoingRecord, offset: number): number {
  const keySize = key === undefined ? 1 : varintSize(key.length) + key.length;
  let size = 2 + varintSize(offset) + keySize + varintSize(value.length) + value.length;
  size += varintSize(headers.length);
  for (const header of headers) {
    const nameLength = Buffer.byteLength(header.key);
    const valueLength = header.value?.length ?? 0;
    size += varintSize(nameLength) + nameLength;
    size += header.value === undefined ? 1 : varintSize(valueLength) + valueLength;
  }
  return size;
}

function writeRecord(bytes: Buffer, record: OutgoingRecord, offset: number, start: number): number {
  const { key, value, headers = [] } = record;
  bytes[start] = 0; // attributes: none are in use
  bytes[start + 1] = 0; // the time, as a difference to the batch's
  let at = writeVarint(bytes, offset, start + 2);
  at = writeBytes(bytes, key, at);
  at = writeBytes(bytes, value, at);
  at = writeVarint(bytes, headers.length, at);
  for (const header of headers) {
    at = writeBytes(bytes, Buffer.from(header.key), at);
    at = writeBytes(bytes, header.value, at);
  }
  return at;
}

/** A length and the bytes; a length of −1 is null. */
function writeBytes(bytes: Buffer, value: Uint8Array | undefined, start: number): number {
  if (value === undefined) return writeVarint(bytes, -1, start);
  const at = writeVarint(bytes, value.length, start);
  bytes.set(value, at);
  return at + value.length;
}
