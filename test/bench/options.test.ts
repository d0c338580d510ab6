import { expect, test } from "@jest/globals";
import { parseOptions } from "../../bench/options.js";

const suites = ["batch", "codec"];

test("without words the first suite runs whole", () => {
  const options = parseOptions([], suites);

  expect(options).toEqual({
    suites: ["batch"],
    functions: ["counter", "relay", "cart", "cart-zod"],
    batches: [1, 10, 100, 1000],
    quick: false,
    check: false,
  });
});

test("words narrow suites, functions and batch sizes, in any order", () => {
  const options = parseOptions(["1000", "cart", "--check", "codec", "1", "--quick"], suites);

  expect(options).toEqual({
    suites: ["codec"],
    functions: ["cart"],
    batches: [1, 1000],
    quick: true,
    check: true,
  });
});

test("a word that is nothing is an error that lists what there is", () => {
  expect(() => parseOptions(["conter"], suites)).toThrow(
    'bench: "conter" is nothing this bench knows; it takes batch, codec, counter, relay, cart, cart-zod, 1, 10, 100, 1000, --quick, --check.',
  );
});
