/** A record as a reader sees it; keys and values are UTF-8 here. */
export interface KafkaRecord {
  readonly partition: number;
  readonly key: string;
  readonly value: string;
}

/** What a broker says, beside the records, about transactions that were aborted within the range it answers. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

interface RecordBatch {
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  readonly producerId: bigint;
  readonly transactional: boolean;
  /** A batch of the broker's own, holding the marker that ends a transaction. */
  readonly control: boolean;
  readonly records: readonly { readonly offset: bigint; readonly key: Buffer; readonly value: Buffer }[];
}

/** Where the parts of a record batch of version 2 are; the records follow the head. */
const head = {
  length: 8,
  attributes: 21,
  lastOffsetDelta: 23,
  producerId: 43,
  recordCount: 57,
  size: 61,
} as const;
const compressionBits = 0x07;
const transactionalBit = 0x10;
const controlBit = 0x20;

/** The first two bytes of a marker's key are a version, the next two say how the transaction ended. */
const abortMarker = Buffer.from([0, 0, 0, 0]);

/** The batches of an answer. Its last batch may be cut off: that one is asked for again. */
export function readBatches(bytes: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let start = 0;
  while (bytes.length - start >= head.size) {
    const end = start + 12 + bytes.readInt32BE(start + head.length);
    if (end > bytes.length) break;
    batches.push(readBatch(bytes.subarray(start, end)));
    start = end;
  }
  return batches;
}

function readBatch(bytes: Buffer): RecordBatch {
  const attributes = bytes.readInt16BE(head.attributes);
  if ((attributes & compressionBits) !== 0) throw new Error("this reader knows no compressed batches");
  const firstOffset = bytes.readBigInt64BE(0);
  const cursor = new Cursor(bytes, head.size);
  const records = Array.from({ length: bytes.readInt32BE(head.recordCount) }, () => {
    const end = cursor.varint() + cursor.position;
    cursor.position += 1; // attributes, all unused
    cursor.varint(); // time, as a difference to the batch's
    const offset = firstOffset + BigInt(cursor.varint());
    const record = { offset, key: cursor.bytes(), value: cursor.bytes() };
    cursor.position = end; // what follows are headers
    return record;
  });
  return {
    firstOffset,
    lastOffset: firstOffset + BigInt(bytes.readInt32BE(head.lastOffsetDelta)),
    producerId: bytes.readBigInt64BE(head.producerId),
    transactional: (attributes & transactionalBit) !== 0,
    control: (attributes & controlBit) !== 0,
    records,
  };
}

class Cursor {
  position: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** Zigzag, seven bits a byte. A time difference may need more than 32 bits; a double holds all that occur. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#bytes.readUInt8(this.position);
      this.position += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
  }

  /** Length and content; a length of -1 means null, taken as empty here. */
  bytes(): Buffer {
    const length = Math.max(0, this.varint());
    const bytes = this.#bytes.subarray(this.position, this.position + length);
    this.position += length;
    return bytes;
  }
}

/**
 * Leaves out what aborted transactions wrote. One producer is inside one transaction at a time, so an aborted one
 * reaches from its first offset to the producer's next marker. The broker lists aborted transactions in the order in
 * which they ended, some of which began before the range it answers, and some of which end after it.
 */
export function withoutAborted(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): RecordBatch[] {
  const ahead = [...aborted].sort((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const inside = new Set<bigint>();
  return batches.filter((batch) => {
    while (ahead[0] !== undefined && ahead[0].firstOffset <= batch.lastOffset) {
      inside.add(ahead[0].producerId);
      ahead.shift();
    }
    if (batch.control && batch.records[0]?.key.equals(abortMarker)) inside.delete(batch.producerId);
    return !(batch.transactional && !batch.control && inside.has(batch.producerId));
  });
}
