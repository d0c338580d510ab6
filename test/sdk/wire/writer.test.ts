import { describe, expect, jest, test } from "@jest/globals";
import protobuf from "protobufjs/minimal.js";
import type * as Wire from "statefun/wire";
import { varint } from "../../fuzz/wire-tree.js";
import { hex } from "../../support/hex.js";
import { loadedOn, textPaths } from "./text-paths.js";

describe.each(textPaths)("a writer on the %s path", (path) => {
  const { textFields, textFieldSize, textLength, varintSize, Writer } = loadedOn(path, () =>
    jest.requireActual<typeof Wire>("statefun/wire"),
  );

  function written(write: (out: Wire.Writer) => void): string {
    const out = new Writer();
    out.reserve(100);
    write(out);
    return hex(out.taken());
  }

  /** What protobufjs writes in its place. */
  function oracle(write: (out: protobuf.Writer) => protobuf.Writer): string {
    return hex(write(protobuf.Writer.create()).finish());
  }

  test.each(
    [7, 14, 21, 28, 31, 32, 35, 42, 49, 53].flatMap((bits) => [2 ** bits - 2, 2 ** bits - 1, 2 ** bits]),
  )("writes the varint %d as every encoder does", (value) => {
    expect(
      written((out) => {
        out.varint(value);
      }),
    ).toBe(hex(Uint8Array.from(varint(value))));
  });

  test.each([0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, 2 ** 31 - 1])(
    "knows how many bytes the length %d takes",
    (value) => {
      expect(varintSize(value)).toBe(varint(value).length);
      expect(textFieldSize(value)).toBe(value === 0 ? 0 : 1 + varint(value).length + value);
    },
  );

  test.each([0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x1234_5678])("writes %d in four bytes", (value) => {
    const bytes = written((out) => {
      out.fixed32(value);
    });

    expect(bytes).toBe(oracle((out) => out.sfixed32(value)));
  });

  test.each([0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0x0123_4567_89ab_cdefn])(
    "writes %s in eight bytes",
    (value) => {
      const expected = new DataView(new ArrayBuffer(8));
      expected.setBigInt64(0, value, true);

      const bytes = written((out) => {
        out.fixed64(value);
      });

      expect(bytes).toBe(hex(new Uint8Array(expected.buffer)));
    },
  );

  test.each([0, -0, 1.5, -1e-45, 3.4e38, Infinity, -Infinity, NaN])("writes the float %d", (value) => {
    const float = written((out) => {
      out.float(value);
    });
    const double = written((out) => {
      out.double(value);
    });

    expect(float).toBe(oracle((out) => out.float(value)));
    expect(double).toBe(oracle((out) => out.double(value)));
  });

  test.each(["", "a", "é", "x".repeat(39), "x".repeat(40), "x".repeat(41), "x".repeat(127), "€".repeat(500)])(
    "writes the text field %j, and nothing for empty text",
    (text) => {
      const out = new Writer();
      const length = textLength(text);
      out.reserve(textFieldSize(length));
      out.textField(0x12, text, length);

      const bytes = hex(out.taken());

      expect(bytes).toBe(text === "" ? "" : oracle((other) => other.uint32(0x12).string(text)));
      expect(bytes.length / 2).toBe(textFieldSize(length));
    },
  );

  test.each([0, 1, 13, 14, 15, 47, 48, 49, 1000])("copies %d bytes to where it stands", (length) => {
    const given = Uint8Array.from({ length }, (_, i) => i + 1);
    const out = new Writer();
    out.reserve(length + 2);

    out.byte(0xaa);
    out.copy(given);
    out.byte(0xbb);

    expect(hex(out.taken())).toBe(`aa${hex(given)}bb`);
  });

  test("keeps what it has written whenever it grows", () => {
    const out = new Writer();
    const expected: number[] = [];
    for (const count of [1, 10, 2030, 1, 8, 5000, 1, 20_000, 3]) {
      out.reserve(count);
      for (let i = 0; i < count; i++) out.byte(expected.push(expected.length & 0xff) - 1);
    }

    expect(hex(out.taken())).toBe(hex(Uint8Array.from(expected)));
    expect(out.bytes.length).toBeGreaterThanOrEqual(out.position);
  });

  test("makes room for one field that is larger than twice its buffer", () => {
    const out = new Writer();
    const large = new Uint8Array(1_000_000).fill(7);

    out.reserve(large.length);
    out.copy(large);

    expect(Buffer.compare(out.taken(), large)).toBe(0);
  });

  test("hands out copies: what is taken does not change when more is written", () => {
    const out = new Writer();
    out.reserve(2);
    out.byte(1);
    const taken = out.taken();

    out.position = 0;
    out.byte(9);

    expect([...taken]).toEqual([1]);
  });

  test("joins text fields in the order given, without the empty ones", () => {
    const fields = textFields([0x12, "é"], [0x0a, ""], [0x0a, "ns"]);

    expect(hex(fields)).toBe("1202c3a90a026e73");
  });
});
