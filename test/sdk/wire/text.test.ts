import { describe, expect, jest, test } from "@jest/globals";
import type * as TextModule from "../../../sdk/wire/text.js";
import { freshSeed, Random } from "../../fuzz/random.js";
import { brokenText, brokenUtf8, randomBrokenUtf8, randomText, utf8 } from "../../fuzz/random-text.js";
import { hex } from "../../support/hex.js";
import { loadedOn, textPaths, withBuffer } from "./text-paths.js";

type Text = typeof TextModule;

const load = (): Text => jest.requireActual<Text>("../../../sdk/wire/text.js");

const seed = freshSeed();

/** Around the length up to which the codec has loops of its own, the longest name it keeps, and what engines take. */
const lengths = [
  0, 1, 2, 3, 12, 13, 14, 15, 38, 39, 40, 41, 42, 127, 128, 129, 130, 4095, 4096, 4097, 70_000,
];

const letters = [
  "a",
  "\u0000",
  "\u007f",
  "é",
  "ÿ",
  "\u0800",
  "€",
  "\uffff",
  "\ufeff",
  "\ufffd",
  "\u{1f600}",
  "\u{10ffff}",
];

describe.each(textPaths)("on the %s path", (path) => {
  const text = loadedOn(path, load);

  test.each(letters)("text of %j comes back at every length", (letter) => {
    const texts = lengths.flatMap((length) => [
      letter.repeat(length),
      `${"a".repeat(length)}${letter}`,
      `${letter}${"b".repeat(length)}`,
    ]);

    for (const given of texts) {
      const bytes = text.textBytes(given);
      const { length } = bytes;

      expect(Buffer.compare(bytes, utf8(given))).toBe(0);
      expect([text.textLength(given), text.checkedTextLength(given)]).toEqual([length, length]);
      expect(text.readText(bytes, 0, length) === given && text.isUtf8(bytes, 0, length)).toBe(true);
    }
  });

  test("text is read and written where it stands, and nothing beside it", () => {
    const given = "é€\u{1f600}";
    const bytes = new Uint8Array(20).fill(0xaa);

    text.writeText(bytes, 5, given, 9);

    expect([...bytes.subarray(0, 5), ...bytes.subarray(14)]).toEqual(new Array<number>(11).fill(0xaa));
    expect(text.readText(bytes, 5, 14)).toBe(given);
    expect(text.readName(bytes, 5, 14)).toBe(given);
    expect(text.isUtf8(bytes, 5, 14)).toBe(true);
    expect(text.isUtf8(bytes, 4, 14)).toBe(false);
  });

  test.each(brokenUtf8.map((bytes) => [hex(bytes), bytes] as const))(
    "%s is no UTF-8, whatever stands around it",
    (_, bytes) => {
      const accepted = lengths.slice(0, 17).filter((length) => {
        const around = new Array<number>(length).fill(0x61);
        const broken = Uint8Array.from([...around, ...bytes, ...around]);
        const read = [text.readText, text.readName].some(
          (how) => how(broken, 0, broken.length) !== undefined,
        );
        return read || text.isUtf8(broken, 0, broken.length);
      });

      expect(accepted).toEqual([]);
    },
  );

  test("half of a surrogate pair is measured as the replacement character that is written for it", () => {
    for (const broken of ["\ud800", "a\udfff", `${"é".repeat(50)}\udbff`, "\udc00\ud800"]) {
      const bytes = text.textBytes(broken);

      expect(text.checkedTextLength(broken)).toBe(-1);
      expect(Buffer.compare(bytes, utf8(broken))).toBe(0);
      expect(text.readText(bytes, 0, bytes.length)).toBe(new TextDecoder().decode(utf8(broken)));
    }
  });

  test("a length that is asked for twice is the same, also after another text", () => {
    expect(["é", "é", "ab", "é", "\ud800", "\ud800", ""].map(text.recurringTextLength)).toEqual([
      2, 2, 2, 2, -1, -1, 0,
    ]);
  });

  test("a name keeps its string, also where names share a place in the table of recent ones", () => {
    const names = Array.from({ length: 5000 }, (_, i) => `${String(i)}/naïve-${String(i % 7)}`);

    const wrong = [1, 2].flatMap((round) =>
      names.filter((name) => {
        const bytes = utf8(`${"x".repeat(round)}${name}`);
        return text.readName(bytes, round, bytes.length) !== name;
      }),
    );

    expect(wrong).toEqual([]);
  });

  test("names around the longest that is kept are read as any other", () => {
    for (const length of [126, 127, 128, 129, 130, 131]) {
      for (const name of ["n".repeat(length), `${"n".repeat(length - 2)}é`]) {
        const bytes = utf8(name);

        expect([1, 2, 3].map(() => text.readName(bytes, 0, bytes.length))).toEqual([name, name, name]);
      }
    }
  });

  test("a name survives what is written later to the Node buffer that it was read from", () => {
    const buffer = Buffer.from("ns/first");
    text.readName(buffer, 0, buffer.length);

    buffer.write("ns/other");

    expect(text.readName(buffer, 0, buffer.length)).toBe("ns/other");
    expect(text.readName(utf8("ns/first"), 0, 8)).toBe("ns/first");
  });
});

describe(`both paths, with seed ${String(seed)},`, () => {
  const native = loadedOn("native", load);
  const portable = loadedOn("portable", load);

  test("agree on random text", () => {
    for (let i = 0; i < 3000; i++) {
      const random = new Random(seed, i);
      const given = random.chance(0.8) ? randomText(random) : brokenText(random) + randomText(random);
      const isBroken = /\p{Surrogate}/u.test(given);
      const bytes = utf8(given);

      for (const text of [native, portable]) {
        const made = text.textBytes(given);
        const checked = text.checkedTextLength(given);
        if (Buffer.compare(made, bytes) !== 0 || checked !== (isBroken ? -1 : bytes.length)) {
          throw new Error(`differs on ${JSON.stringify(given)}`);
        }
      }
    }
  });

  test("agree with the platform's strict decoder on random bytes", () => {
    for (let i = 0; i < 3000; i++) {
      const random = new Random(seed, i);
      const bytes = randomBytes(random);
      const start = random.chance(0.8) ? 0 : random.below(bytes.length + 1);
      const expected = strictlyDecoded(bytes.subarray(start));

      for (const text of [native, portable]) {
        const read = [text.readText, text.readName].map((how) => how(bytes, start, bytes.length));
        const isUtf8 = text.isUtf8(bytes, start, bytes.length);
        if (read.some((got) => got !== expected) || isUtf8 !== (expected !== undefined)) {
          throw new Error(`differs on ${hex(bytes)} from byte ${String(start)}`);
        }
      }
    }
  });
});

function randomBytes(random: Random): Uint8Array {
  if (random.chance(0.5)) return randomBrokenUtf8(random);
  return random.chance(0.5) ? utf8(randomText(random)) : random.bytes(random.below(60));
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function strictlyDecoded(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

describe("the choice between the paths", () => {
  type Routine = (this: Uint8Array, ...given: readonly unknown[]) => unknown;

  /** A Buffer that notes the calls of Node's routines, or has others in their place. */
  function fakeBuffer(routines: object, calls: string[]): unknown {
    const original = Buffer.prototype as unknown as Readonly<Record<string, Routine>>;
    const noted = ["latin1Slice", "utf8Slice", "utf8Write"].map((name) => {
      const routine: Routine = function (...given) {
        calls.push(name);
        return original[name]?.apply(this, [...given]);
      };
      return [name, routine] as const;
    });
    const { byteLength } = Buffer as unknown as { readonly byteLength: (text: string) => number };
    return { prototype: { ...Object.fromEntries(noted), ...routines }, byteLength };
  }

  test("falls on Node's routines where they are there", () => {
    const calls: string[] = [];
    const text = withBuffer(fakeBuffer({}, calls), () => loadedOn("native", load));
    calls.length = 0;

    text.readText(utf8("é".repeat(50)), 0, 100);
    text.textBytes("é".repeat(50));

    expect(calls).toEqual(["utf8Slice", "utf8Write"]);
  });

  test.each([
    ["is missing", { utf8Write: undefined }],
    [
      "throws",
      {
        utf8Slice: () => {
          throw new TypeError("detached");
        },
      },
    ],
    ["reads something else", { latin1Slice: () => "?" }],
  ])("falls on the portable ones where one of them %s", (_, routines) => {
    const calls: string[] = [];
    const text = withBuffer(fakeBuffer(routines, calls), () => loadedOn("native", load));
    calls.length = 0;

    const bytes = text.textBytes("é".repeat(50));
    const read = text.readText(bytes, 0, 100);

    expect(calls).toEqual([]);
    expect(read).toBe("é".repeat(50));
  });
});
