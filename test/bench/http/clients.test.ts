import { describe, expect, test } from "@jest/globals";
import { parseAutocannon } from "../../../bench/http/autocannon.js";
import { parseWrk } from "../../../bench/http/wrk.js";

describe("what wrk prints", () => {
  test("is read from the line of the script", () => {
    const output =
      "Running 2s test @ http://127.0.0.1:1\n  20000 requests in 2.00s\nsummary 20000 2500000 0 0 0 0 0\n";

    expect(parseWrk(output)).toEqual({ requests: 20_000, requestsPerSecond: 8_000 });
  });

  test.each([
    { line: "summary 20000 2500000 1 0 0 0 0", failure: '"connect":1' },
    { line: "summary 20000 2500000 0 2 0 0 0", failure: '"read":2' },
    { line: "summary 20000 2500000 0 0 0 3 0", failure: '"status":3' },
    { line: "summary 20000 2500000 0 0 0 0 4", failure: '"timeout":4' },
  ])("is refused where requests failed: $line", ({ line, failure }) => {
    expect(() => parseWrk(line)).toThrow(failure);
  });

  test("is refused without that line", () => {
    expect(() => parseWrk("unable to connect")).toThrow("wrk printed no summary:\nunable to connect");
  });
});

describe("what autocannon's process prints", () => {
  test("is read", () => {
    const output = JSON.stringify({ requests: 3000, seconds: 1.5, failures: 0 });

    expect(parseAutocannon(output)).toEqual({ requests: 3000, requestsPerSecond: 2000 });
  });

  test("is refused where requests failed", () => {
    const output = JSON.stringify({ requests: 3000, seconds: 1.5, failures: 2 });

    expect(() => parseAutocannon(output)).toThrow("autocannon counts 2 failures");
  });

  test.each(["", "{}", "Error: connect"])("is refused where it is no result: %j", (output) => {
    expect(() => parseAutocannon(output)).toThrow("autocannon printed no result");
  });
});
