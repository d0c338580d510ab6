import { beforeAll, describe, expect, test } from "@jest/globals";
import { compressLz4, decompressLz4 } from "../../../../../dev/runtime/kafka/codec/lz4.js";
import { compressSnappy, decompressSnappy } from "../../../../../dev/runtime/kafka/codec/snappy.js";
import { compressZstd, decompressZstd, loadZstd } from "../../../../../dev/runtime/kafka/codec/zstd.js";
import { Random } from "../../../../support/random.js";

interface Codec {
  readonly compress: (plain: Uint8Array) => Buffer;
  readonly decompress: (compressed: Uint8Array) => Buffer;
}

const snappy: Codec = { compress: compressSnappy, decompress: decompressSnappy };
const lz4: Codec = { compress: compressLz4, decompress: decompressLz4 };
const zstd: Codec = { compress: compressZstd, decompress: decompressZstd };

/** Compressed by the reference libraries of the formats, through their bindings for Python. */
const golden = Buffer.from(`${"the quick brown fox ".repeat(20)}and the lazy dog`);
const goldenLz4 =
  "04224d1860408229000000ff0574686520717569636b2062726f776e20666f78201400ff6a31616e648001806c617a7920646f6700000000";
const goldenLz4WithChecksums =
  "04224d187c40a0010000000000006e29000000ff0574686520717569636b2062726f776e20666f78201400ff6a31616e648001806c617a7920646f678656110d00000000cce6fb32";
const goldenSnappy =
  "a0034c74686520717569636b2062726f776e20666f7820fe1400fe1400fe1400fe1400fe1400ee14003c616e6420746865206c617a7920646f67";
const goldenZstd =
  "28b52ffd60a0004d0100f874686520717569636b2062726f776e20666f7820616e646c617a7920646f670200834b18f24e9d4c";

beforeAll(loadZstd);

describe.each([
  ["snappy", snappy],
  ["lz4", lz4],
  ["zstd", zstd],
])("%s", (_, { compress, decompress }) => {
  test("gives back what was compressed, of any size and any kind", () => {
    const seed = Date.now();
    console.log(`seed ${String(seed)}`);
    const random = new Random(seed);
    const inputs = [
      0, 1, 4, 5, 12, 13, 59, 60, 61, 62, 255, 270, 4_000, 32_768, 32_769, 65_536, 65_537, 200_000,
    ];

    for (const size of inputs) {
      for (const plain of [random.bytes(size), repetitive(random, size), Buffer.alloc(size, 7)]) {
        const back = decompress(compress(plain));

        expect(back.equals(plain)).toBe(true);
      }
    }
  });

  test("makes what repeats smaller, and what does not hardly larger", () => {
    const random = new Random(1);

    const text = compress(Buffer.from('{"order":1,"article":"shoe"}'.repeat(1000)));
    const noise = compress(random.bytes(100_000));

    expect(text.length).toBeLessThan(3_000);
    expect(noise.length).toBeLessThan(101_000);
  });

  test("bytes that are cut short or changed are an error or other bytes, never a crash or an endless loop", () => {
    const seed = Date.now();
    console.log(`seed ${String(seed)}`);
    const random = new Random(seed);
    const compressed = compress(golden);
    const outcomes = new Set<string>();

    for (let round = 0; round < 2_000; round += 1) {
      const damaged = Buffer.from(compressed.subarray(0, 1 + random.below(compressed.length)));
      damaged[random.below(damaged.length)] = random.below(256);
      outcomes.add(outcomeOf(() => decompress(damaged)));
    }

    expect([...outcomes].sort()).toEqual(["bytes", "error"]);
  });
});

test.each([
  ["LZ4 without checksums", lz4, goldenLz4],
  [
    "LZ4 with every checksum, the content's size and blocks that refer to each other",
    lz4,
    goldenLz4WithChecksums,
  ],
  ["Snappy without a frame", snappy, goldenSnappy],
  ["zstd", zstd, goldenZstd],
])("what the reference library compressed is read: %s", (_, { decompress }, hex) => {
  const plain = decompress(Buffer.from(hex, "hex"));

  expect(plain.toString()).toBe(golden.toString());
});

function repetitive(random: Random, size: number): Uint8Array {
  const words = Array.from({ length: 20 }, () => random.bytes(1 + random.below(40)));
  const out = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const word = words[random.below(words.length)] as Uint8Array;
    out.set(word.subarray(0, size - at), at);
    at += word.length;
  }
  return out;
}

function outcomeOf(decompress: () => Buffer): string {
  try {
    return Buffer.isBuffer(decompress()) ? "bytes" : "something else";
  } catch {
    return "error";
  }
}
