import { expect, test } from "@jest/globals";
import { Ring } from "../../../dev/runtime/ring.js";

test("items are numbered from 1 and keep their numbers", () => {
  const ring = new Ring<string>(3, 1000);

  for (const item of ["a", "b", "c", "d"]) ring.push(item, 1, item.charCodeAt(0));

  expect([ring.first, ring.next]).toEqual([2, 5]);
  expect([1, 2, 3, 4, 5].map((number) => ring.at(number))).toEqual([undefined, "b", "c", "d", undefined]);
  expect(ring.atMillis(4)).toBe(100);
});

test("what is over the size drops the oldest items, as many as it takes", () => {
  const ring = new Ring<string>(10, 100);

  ring.push("a", 40, 0);
  ring.push("b", 40, 0);
  ring.push("c", 70, 0);

  expect([ring.first, ring.at(3), ring.bytes]).toEqual([3, "c", 70]);
});

test("the newest item is kept whatever its size", () => {
  const ring = new Ring<string>(10, 100);

  ring.push("small", 1, 0);
  ring.push("huge", 1_000_000, 0);

  expect([ring.first, ring.at(2)]).toEqual([2, "huge"]);
});

test("an item that is dropped is not kept alive", () => {
  const ring = new Ring<object>(2, 1000);

  ring.push({ n: 1 }, 600, 0);
  ring.push({ n: 2 }, 600, 0);

  expect(ring.at(1)).toBeUndefined();
  expect(ring.bytes).toBe(600);
});

test("a ring of one item works", () => {
  const ring = new Ring<string>(1, 10);

  ring.push("a", 1, 0);
  ring.push("b", 1, 0);

  expect([ring.first, ring.next, ring.at(2), ring.bytes]).toEqual([2, 3, "b", 1]);
});
