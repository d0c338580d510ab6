import { describe, expect, test } from "@jest/globals";
import { bytesType } from "statefun";

const Picture = bytesType("shop/Picture");

describe("a type of bytes", () => {
  test("carries them as they are", () => {
    const bytes = Uint8Array.of(0, 1, 0x7f, 0x80, 0xff);

    expect(Picture.serialize(bytes)).toEqual(bytes);
    expect(Picture.deserialize(bytes)).toEqual(bytes);
    expect(Picture.serialize(new Uint8Array(0))).toEqual(new Uint8Array(0));
  });

  test.each([
    ["a Uint8Array", Uint8Array.of(1, 2, 3)],
    ["a Node buffer", Buffer.from([1, 2, 3])],
  ])("copies both ways, also %s", (_, given) => {
    const written = Picture.serialize(given);
    const read = Picture.deserialize(given);

    given.fill(9);

    expect(written).toEqual(Uint8Array.of(1, 2, 3));
    expect([...read]).toEqual([1, 2, 3]);
  });

  test("reads a plain byte array from a Node buffer", () => {
    const read = Picture.deserialize(Buffer.from([1, 2, 3]));

    expect(Buffer.isBuffer(read)).toBe(false);
  });
});
