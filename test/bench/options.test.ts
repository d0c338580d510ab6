import { expect, test } from "@jest/globals";
import { parseOptions } from "../../bench/options.js";

const parts = ["in-process", "http-to-http", "kept-state", "kafka-to-kafka"];
const suites = ["batch", "codec"];

test("without words the first suite runs whole", () => {
  const options = parseOptions([], suites);

  expect(options).toEqual({
    suites: ["batch"],
    functions: ["counter", "relay", "cart", "cart-zod"],
    batches: [1, 10, 100, 1000],
    parts,
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
    parts,
    quick: true,
    check: true,
  });
});

test("words narrow the parts of the runtime's bench, in the order they run", () => {
  const options = parseOptions(["runtime", "kept-state", "in-process"], [...suites, "runtime"]);

  expect(options).toMatchObject({ suites: ["runtime"], parts: ["in-process", "kept-state"] });
});

test("a word that is nothing is an error that lists what there is", () => {
  expect(() => parseOptions(["conter"], suites)).toThrow(
    'bench: "conter" is nothing this bench knows; it takes batch, codec, counter, relay, cart, cart-zod, 1, 10, 100, 1000, in-process, http-to-http, kept-state, kafka-to-kafka, --quick, --check.',
  );
});
