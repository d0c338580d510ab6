import { expect, test } from "@jest/globals";
import { parseHttpOptions } from "../../../bench/http/options.js";

test("without words everybody is measured at everything, and two workers beside one", () => {
  const options = parseHttpOptions([]);

  expect(options).toEqual({
    functions: ["counter", "relay"],
    batches: [1, 10, 100, 1000],
    contestants: ["listen", "serve", "echo", "official", "go", "java", "express", "express-echo"],
    workers: true,
    quick: false,
    check: false,
  });
});

test("words narrow functions, batch sizes and contestants, in any order", () => {
  const options = parseHttpOptions(["100", "echo", "--quick", "relay", "listen", "--check"]);

  expect(options).toEqual({
    functions: ["relay"],
    batches: [100],
    contestants: ["listen", "echo"],
    workers: false,
    quick: true,
    check: true,
  });
});

test("workers alone measures nothing else", () => {
  const options = parseHttpOptions(["workers"]);

  expect(options).toMatchObject({ contestants: [], workers: true });
});

test("a word that is nothing is an error that lists what there is", () => {
  expect(() => parseHttpOptions(["cart"])).toThrow(
    /^bench:http: "cart" is nothing this bench knows; it takes counter, relay, 1, .*, workers, --quick, --check\.$/,
  );
});
