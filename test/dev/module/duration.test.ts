import { describe, expect, test } from "@jest/globals";
import { durationText, parseDuration } from "../../../dev/module/duration.js";
import { readModule } from "../../../dev/module/read-module.js";
import { Random } from "../../support/random.js";

describe("D47", () => {
  test.each([
    ["2min", 120_000],
    ["90 s", 90_000],
    ["500", 500],
    ["1day", 86_400_000],
  ])("D47 %j is a duration of %d ms", (text, millis) => {
    expect(parseDuration(text)).toBe(millis);
  });

  test.each(["1.5s", "-1s", "1h 30min", "us", "15us", "", "  ", "s", "+1s", "1e3"])(
    "D47 %j is no duration, and the sentence says what one is",
    (text) => {
      expect(parseDuration(text)).toMatch(/units: d, h, min, s, ms, µs, ns/);
    },
  );

  test("D47 a bad duration in a module is an error that names document and field", () => {
    const text = [
      "kind: io.statefun.kafka.v1/egress",
      "spec:",
      "  id: a/out",
      "  address: h:1",
      "  deliverySemantic:",
      "    type: exactly-once",
      "    transactionTimeout: 1.5s",
    ].join("\n");

    expect(() => readModule(text)).toThrow(
      /module\.yaml:7:5: document 1 \(.* a\/out\), spec\.deliverySemantic\.transactionTimeout: found "1\.5s"/,
    );
  });
});

const units = new Map([
  ["d|day|days", 86_400_000],
  ["h|hour|hours", 3_600_000],
  ["min|m|minute|minutes", 60_000],
  ["s|sec|secs|second|seconds", 1000],
  ["ms|milli|millis|millisecond|milliseconds", 1],
  ["µs|micro|micros|microsecond|microseconds", 1e-3],
  ["ns|nano|nanos|nanosecond|nanoseconds", 1e-6],
]);

/** How many random durations are tried. */
const rounds = 2000;

/** The same durations in each run. */
const seed = 4701;

describe(`for any amount (seed ${String(seed)})`, () => {
  const random = new Random(seed);
  const whole = (below: number): number => random.below(below);

  test("every name of every unit, in any letter case and with any blanks, counts the same", () => {
    const names = [...units].flatMap(([all, millis]) => all.split("|").map((name) => ({ name, millis })));

    for (let round = 0; round < rounds; round += 1) {
      const { name, millis } = names[whole(names.length)] ?? { name: "", millis: 0 };
      const amount = whole(1_000_000);
      const cased = Array.from(name, (letter) =>
        random.below(2) === 0 ? letter.toUpperCase() : letter,
      ).join("");
      // The capital of µ is another letter, which no unit has.
      const unit = cased.startsWith("Μ") ? name : cased;
      const blanks = " ".repeat(whole(3));
      const text = `${blanks}${String(amount)}${" ".repeat(whole(3))}${unit}${blanks}`;

      expect({ text, millis: parseDuration(text) }).toEqual({
        text,
        millis: Math.floor(Number((amount * millis).toPrecision(12))),
      });
    }
  });

  test("a duration that is written is read again as the same", () => {
    for (let round = 0; round < rounds; round += 1) {
      const millis = whole(10 ** whole(16));

      expect(parseDuration(durationText(millis))).toBe(millis);
    }
  });

  test("a sign, a fraction or a second part is never a duration", () => {
    for (let round = 0; round < rounds; round += 1) {
      const [one, other] = [String(whole(1000)), String(whole(1000))];
      const texts = [`-${one}s`, `+${one}s`, `${one}.${other}s`, `${one}s ${other}ms`, `${one},${other}s`];

      expect(texts.filter((text) => typeof parseDuration(text) !== "string")).toEqual([]);
    }
  });
});
