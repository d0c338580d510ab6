import { expect, test } from "@jest/globals";
import { batchHead } from "../../../../../dev/runtime/kafka/client/batch-head.js";
import { committedBatches } from "../../../../../dev/runtime/kafka/client/committed.js";
import { compressions } from "../../../../../dev/runtime/kafka/client/compression.js";
import { crc32c } from "../../../../../dev/runtime/kafka/client/crc32c.js";
import { batchesIn, readRecords } from "../../../../../dev/runtime/kafka/client/read-batches.js";
import type { Batch } from "../../../../../dev/runtime/kafka/client/read-batches.js";
import { anonymous, writeBatch } from "../../../../../dev/runtime/kafka/client/write-batch.js";
import type { KafkaRecord, OutgoingRecord } from "../../../../../dev/runtime/kafka/kafka-connection.js";

const where = "partition 0 of topic t";

function batch(
  values: readonly string[],
  { at = 0, producerId = -1, attributes = 0 }: { at?: number; producerId?: number; attributes?: number } = {},
): Buffer {
  const records = values.map((value): OutgoingRecord => ({ topic: "t", value: Buffer.from(value) }));
  return sealed(writeBatch(records, { ...anonymous, id: producerId }, compressions.none, 1), at, attributes);
}

/** As the broker hands it out: with its offset, and the attributes that only the broker gives. */
function sealed(bytes: Buffer, at: number, attributes: number): Buffer {
  bytes.writeBigInt64BE(BigInt(at), batchHead.baseOffset);
  bytes.writeInt16BE(attributes, batchHead.attributes);
  bytes.writeUInt32BE(crc32c(bytes, batchHead.attributes), batchHead.checksum);
  return bytes;
}

const transactional = 0x10;
const control = 0x30;

/** The marker that ends a transaction. */
function marker(kind: "abort" | "commit", at: number, producerId: number): Buffer {
  const key = Buffer.from([0, 0, 0, kind === "abort" ? 0 : 1]);
  const record: OutgoingRecord = { topic: "t", key, value: Buffer.alloc(6) };
  return sealed(writeBatch([record], { ...anonymous, id: producerId }, compressions.none, 1), at, control);
}

function valuesOf(batches: readonly Batch[], from = 0): readonly string[] {
  const records: KafkaRecord[] = [];
  for (const each of batches) readRecords(each, from, records, where);
  return records.map(({ value }) => Buffer.from(value ?? []).toString());
}

test.each([
  ["nothing", "", 0x00000000],
  ["nine digits", "123456789", 0xe3069283],
  ["a sentence", "The quick brown fox jumps over the lazy dog", 0x22620404],
])("the checksum is CRC-32C: %s", (_, text, checksum) => {
  const found = crc32c(Buffer.from(text));

  expect(found).toBe(checksum);
});

test.each(["none", "gzip", "snappy", "lz4"] as const)(
  "records are read as they were written: nulls, headers, sizes, with %s",
  (name) => {
    const records: OutgoingRecord[] = [
      { topic: "t", key: Buffer.from("k"), value: Buffer.from("v") },
      { topic: "t", value: Buffer.alloc(0), headers: [{ key: "h", value: undefined }] },
      {
        topic: "t",
        key: Buffer.alloc(70, 1),
        value: Buffer.alloc(20_000, 2),
        headers: [{ key: "é", value: Buffer.alloc(200) }],
      },
    ];

    const [read] = batchesIn(writeBatch(records, anonymous, compressions[name], 1_700_000_000_000), where);

    const found: KafkaRecord[] = [];
    readRecords(read as Batch, 0, found, where);
    expect(found.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    found.forEach(({ key, value }, index) => {
      expect(key && Buffer.from(key)).toEqual(records[index]?.key);
      expect(Buffer.from(value ?? [])).toEqual(records[index]?.value);
    });
  },
);

test("a batch that is cut off at the end is left for the next answer, and records before the offset are left out", () => {
  const bytes = Buffer.concat([batch(["a", "b", "c"]), batch(["d"], { at: 3 }).subarray(0, -1)]);

  const batches = batchesIn(bytes, where);

  expect(valuesOf(batches, 1)).toEqual(["b", "c"]);
  expect(batches.at(-1)?.lastOffset).toBe(2);
});

test("a batch with a changed byte is refused, and so is an old message format, by its name", () => {
  const damaged = batch(["a"]);
  damaged[damaged.length - 2] = 0xff;
  const old = batch(["a"]);
  old[batchHead.magic] = 1;

  expect(() => batchesIn(damaged, where)).toThrow(/partition 0 of topic t: a record batch is damaged/);
  expect(() => batchesIn(old, where)).toThrow(/partition 0 of topic t holds records in message format v1/);
});

test("the records of an aborted transaction are left out up to its marker, and those of others are kept", () => {
  const bytes = Buffer.concat([
    batch(["1 aborted"], { at: 0, producerId: 1, attributes: transactional }),
    batch(["2 committed"], { at: 1, producerId: 2, attributes: transactional }),
    batch(["plain"], { at: 2 }),
    batch(["1 aborted"], { at: 3, producerId: 1, attributes: transactional }),
    marker("abort", 4, 1),
    batch(["1 committed"], { at: 5, producerId: 1, attributes: transactional }),
    marker("commit", 6, 1),
    marker("commit", 7, 2),
    batch(["2 aborted"], { at: 8, producerId: 2, attributes: transactional }),
    marker("abort", 9, 2),
  ]);
  const aborted = [
    { producerId: 2, firstOffset: 8 }, // the broker's order is that of the markers; any must do
    { producerId: 1, firstOffset: 0 },
  ];

  const kept = committedBatches(batchesIn(bytes, where), aborted);

  expect(valuesOf(kept)).toEqual(["2 committed", "plain", "1 committed"]);
});

test("a transaction that was aborted is left out also where it began in an answer before, or its marker comes later", () => {
  const bytes = Buffer.concat([
    batch(["1 goes on"], { at: 10, producerId: 1, attributes: transactional }),
    marker("abort", 11, 1),
    batch(["1 committed"], { at: 12, producerId: 1, attributes: transactional }),
    batch(["2 has no marker yet"], { at: 13, producerId: 2, attributes: transactional }),
  ]);
  const aborted = [
    { producerId: 1, firstOffset: 3 },
    { producerId: 2, firstOffset: 13 },
  ];

  const kept = committedBatches(batchesIn(bytes, where), aborted);

  expect(valuesOf(kept)).toEqual(["1 committed"]);
});
