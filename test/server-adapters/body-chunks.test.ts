import { describe, expect, test } from "@jest/globals";
import { BodyChunks } from "../../server-adapters/body-chunks.js";
import { Random } from "../support/random.js";

/** What the bytes of `chunks` come to. */
function bytesOf(chunks: readonly Uint8Array[]): BodyChunks {
  const body = new BodyChunks();
  for (const chunk of chunks) body.add(chunk);
  return body;
}

describe("the chunks of a body", () => {
  test.each([0, 1, 63, 64, 65, 10_000])("are its bytes in order, for %i of one byte", (count) => {
    const chunks = Array.from({ length: count }, (_, index) => Buffer.of(index % 256));

    const body = bytesOf(chunks);

    expect(body.size).toBe(count);
    expect(Buffer.from(body.bytes())).toEqual(Buffer.concat(chunks));
  });

  test("are its bytes in order, for short and long ones mixed", () => {
    const random = new Random(7);
    const chunks = Array.from({ length: 500 }, () =>
      Buffer.from(random.bytes(random.below(3) === 0 ? 5000 : random.below(3))),
    );

    const body = bytesOf(chunks);

    expect(Buffer.from(body.bytes())).toEqual(Buffer.concat(chunks));
  });

  test("are not copied where there is one", () => {
    const chunk = Buffer.from("whole");

    expect(bytesOf([chunk]).bytes()).toBe(chunk);
  });

  test("are its bytes in order, where some are empty", () => {
    const chunks = Array.from({ length: 1000 }, (_, index) => new Uint8Array(index % 3).fill(index));

    const body = bytesOf(chunks);

    expect(Buffer.from(body.bytes())).toEqual(Buffer.concat(chunks));
  });

  test("are not copied where the others are empty", () => {
    const chunk = Buffer.from("whole");

    expect(bytesOf([Buffer.alloc(0), chunk, Buffer.alloc(0)]).bytes()).toBe(chunk);
  });

  test("are counted, and gone, once they are forgotten", () => {
    const body = bytesOf([Buffer.from("some"), Buffer.from("more")]);

    body.clear();

    expect(body.size).toBe(8);
    expect(body.bytes()).toHaveLength(0);
  });
});
