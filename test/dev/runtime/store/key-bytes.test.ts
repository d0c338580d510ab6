import { expect, test } from "@jest/globals";
import {
  cutKey,
  lowestBytes,
  readKey,
  readWholeKey,
  writeKey,
} from "../../../../dev/runtime/store/key-bytes.js";
import type { StoreKey } from "../../../../dev/runtime/store/store.js";
import { randomOf } from "./random.js";

function bytesOf(key: StoreKey): Buffer {
  const target = Buffer.alloc(5000);
  return target.subarray(7, writeKey(key, target, 7));
}

const random = randomOf(3);
/** Texts of the code units that are written in different ways, and of their neighbours. */
const units = [0, 1, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff];
const texts = Array.from({ length: 400 }, () =>
  String.fromCharCode(...Array.from({ length: random(5) }, () => units[random(units.length)] ?? 0)),
);

test("the bytes of texts sort as their code units do", () => {
  const sorted = [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

  expect([...texts].sort((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)))).toEqual(sorted);
});

test("a key comes back as it was", () => {
  const numbers = [0, 1, 255, 256, 65_535, 2 ** 32 - 1, 2 ** 32, 2 ** 48, Number.MAX_SAFE_INTEGER];

  for (const key of [...texts, ...numbers, "x".repeat(479)]) {
    const bytes = bytesOf(key);
    expect(readKey(bytes, 0, bytes.length)).toBe(key);
  }
});

test("a key of more than 480 bytes is cut to 512, by which two with one beginning are still apart", () => {
  const [first, second] = [cutKey("é".repeat(240)), cutKey(`${"é".repeat(240)}x`)];

  expect(cutKey("é".repeat(239))).toBeUndefined();
  expect(cutKey("x".repeat(479))).toBeUndefined();
  expect(first?.cut).toHaveLength(512);
  expect(second?.cut).toHaveLength(512);
  expect(first?.cut).not.toEqual(second?.cut);
  expect(readWholeKey(first?.whole ?? Buffer.alloc(0), 0, 481)).toBe("é".repeat(240));
  expect(lowestBytes("é".repeat(240))).toEqual(first?.cut.subarray(0, 480));
});
