import { expect, test } from "@jest/globals";
import { isOneOf } from "../../../server-adapters/authorize/equal-bytes.js";

const first = Uint8Array.from({ length: 32 }, (_none, at) => at);
const second = Uint8Array.from({ length: 32 }, (_none, at) => 255 - at);

test("the bytes themselves are found, wherever in the list they are", () => {
  expect(isOneOf([first, second], Uint8Array.from(first))).toBe(true);
  expect(isOneOf([first, second], Uint8Array.from(second))).toBe(true);
  expect(isOneOf([], first)).toBe(false);
});

test("a difference in any bit of any byte is one", () => {
  const found = Array.from({ length: 256 }, (_none, bit) => {
    const other = Uint8Array.from(first);
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return isOneOf([first, second], other);
  });

  expect(found).not.toContain(true);
});

test("another length is a difference, whichever is longer", () => {
  expect(isOneOf([first], first.subarray(0, 31))).toBe(false);
  expect(isOneOf([first.subarray(0, 31)], first)).toBe(false);
  expect(isOneOf([new Uint8Array(2)], new Uint8Array(0))).toBe(false);
});

test("every byte of every entry is looked at once, in one order, whatever is found", () => {
  const almostFirst = Uint8Array.from(first).fill(99, 31);
  const nothingLikeIt = new Uint8Array(32).fill(128);

  const readings = [first, second, almostFirst, nothingLikeIt].map((candidate) => {
    const reads: string[] = [];
    isOneOf([watched(first, "first", reads), watched(second, "second", reads)], candidate);
    return reads;
  });

  const [all] = readings;
  expect(all).toEqual(
    ["first", "second"].flatMap((name) => Array.from(first, (_byte, at) => `${name} ${String(at)}`)),
  );
  for (const reads of readings) expect(reads).toEqual(all);
});

/** Bytes that write down which of them are read. */
function watched(bytes: Uint8Array, name: string, reads: string[]): ArrayLike<number> {
  return new Proxy(Array.from(bytes), {
    get(target, property) {
      if (property !== "length") reads.push(`${name} ${String(property)}`);
      return Reflect.get(target, property) as unknown;
    },
  });
}
