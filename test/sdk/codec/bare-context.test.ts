import { readFileSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { transformSync } from "@swc/core";
import { describe, expect, test } from "@jest/globals";
import { golden, V1, V2, V3 } from "../conformance/golden-bytes.js";
import { hex } from "../../support/hex.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";

const sdk = path.resolve(__dirname, "../../../sdk");

/**
 * A realm with what ECMAScript gives it and the two classes for text that every runtime has: no Buffer, no process, no
 * require, no timers, no console.
 */
function bareContext(webClasses: object = { TextDecoder, TextEncoder }): vm.Context {
  const context = vm.createContext(webClasses);
  vm.runInContext("delete globalThis.console; delete globalThis.WebAssembly;", context);
  return context;
}

/** Modules of the SDK by file, each a function of `exports` and of what it imports others with. */
const compiled = new Map<string, string>();

function moduleSource(file: string): string {
  const known = compiled.get(file);
  if (known !== undefined) return known;
  const { code } = transformSync(readFileSync(file, "utf8"), {
    filename: file,
    swcrc: false,
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
  });
  const source = `(function (exports, require) {${code}\n})`;
  compiled.set(file, source);
  return source;
}

type Exports = Record<string, unknown>;

/** Links the SDK inside a context, importing nothing but files of its own. */
function linkedSdk(context: vm.Context): Exports {
  const linked = new Map<string, Exports>();
  const link = (file: string): Exports => {
    const known = linked.get(file);
    if (known !== undefined) return known;
    const exports = vm.runInContext("({})", context) as Exports;
    linked.set(file, exports);
    const evaluate = vm.runInContext(moduleSource(file), context, { filename: file }) as (
      exports: Exports,
      require: (specifier: string) => Exports,
    ) => void;
    evaluate(exports, (specifier) => {
      if (!specifier.startsWith(".")) throw new Error(`${file} imports ${specifier}`);
      return link(path.resolve(path.dirname(file), specifier.replace(/\.js$/, ".ts")));
    });
    return exports;
  };
  return link(path.join(sdk, "index.ts"));
}

/** The counter of the golden bytes, written inside the context, from hexadecimal digits to hexadecimal digits. */
const counter = `(function (statefun) {
  const { functionType, requestReplyHandler, statefulFunction, types } = statefun;
  const counter = statefulFunction(functionType("ns/fn", [types.string]), {
    storage: { seen: types.int },
    on: {
      [types.string.typename]({ storage }, text) {
        if (text !== expectedText) throw new Error("received " + text);
        storage.seen.update((held = 0) => held + 1);
      },
    },
  });
  const failures = [];
  const handler = requestReplyHandler([counter], { onError: (error) => failures.push(error.message) });
  return function (digits) {
    const bytes = Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
    const answer = handler.handle(bytes);
    if (failures.length > 0) throw new Error(failures.join());
    return Array.from(answer, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
})`;

function counterIn(context: vm.Context, expectedText: string): (digits: string) => string {
  context.expectedText = expectedText;
  const make = vm.runInContext(counter, context) as (statefun: Exports) => (digits: string) => string;
  return make(linkedSdk(context));
}

describe("in a realm without Buffer, process and require", () => {
  test("there is nothing but ECMAScript and the classes for text", () => {
    const context = bareContext();
    const ecmaScript = vm.runInContext(
      "Object.getOwnPropertyNames(globalThis)",
      vm.createContext(),
    ) as string[];

    const names = vm.runInContext("Object.getOwnPropertyNames(globalThis)", context) as string[];

    expect(names.filter((name) => !ecmaScript.includes(name))).toEqual(["TextDecoder", "TextEncoder"]);
    for (const name of [
      "Buffer",
      "process",
      "require",
      "module",
      "console",
      "setTimeout",
      "AbortController",
    ]) {
      expect(names).not.toContain(name);
    }
  });

  test.each([
    ["V1", V1, golden.R1],
    ["V2", V2, golden.R2],
    ["V3", V3, golden.R3],
  ])("a batch runs: %s is answered byte for byte", (_, request, answer) => {
    const run = counterIn(bareContext(), "hi");

    expect(run(hex(request))).toBe(answer);
  });

  test.each([
    ["V1", V1, golden.R1],
    ["V2", V2, golden.R2],
    ["V3", V3, golden.R3],
  ])("%s is answered byte for byte even without the classes for text", (_, request, answer) => {
    const run = counterIn(bareContext({}), "hi");

    expect(run(hex(request))).toBe(answer);
  });

  test.each(["é", "\u{1f600}", "x".repeat(200), "ü".repeat(5000)])(
    "a batch with the text %j runs",
    (text) => {
      const run = counterIn(bareContext(), text);
      const request = toFunction({ states: { seen: undefined }, invocations: [wireValue.string(text)] });

      expect(run(hex(request))).toBe(golden.R2);
    },
  );
});
