import { describe, expect, test } from "@jest/globals";
import { asyncProperties, okhttpProperties } from "../../../../dev/runtime/transport/properties.js";

describe("the asynchronous transport", () => {
  const defaults = {
    callMillis: 120_000,
    connectMillis: 20_000,
    poolTtlMillis: 15_000,
    poolSize: 1024,
    payloadMaxBytes: 33_554_432,
  };

  test.each([
    [{}, {}],
    [{ type: "io.statefun.transports.v1/async", unknown: 1, call: null }, {}],
    [
      { call: "90 s", connect: 500, pool_ttl: "0ms", pool_size: "7", payload_max_bytes: 0 },
      {
        callMillis: 90_000,
        connectMillis: 500,
        poolTtlMillis: 0,
        poolSize: 7,
        payloadMaxBytes: 0,
      },
    ],
    [{ call: "1s" }, { callMillis: 1000 }],
    [
      { call: "3s", connect: "2s", timeouts: {} },
      { callMillis: 60_000, connectMillis: 10_000 },
    ],
    [
      { call: "3s", timeouts: { call: "5s", read: "0s" } },
      { callMillis: 5000, connectMillis: 10_000 },
    ],
  ] as [Record<string, unknown>, Partial<typeof defaults>][])("reads %j", (given, expected) => {
    expect(asyncProperties(given)).toEqual({ ...defaults, ...expected });
  });

  test.each([
    [{ call: "1.5s" }, "property call is"],
    [{ call: "-1s" }, "property call is"],
    [{ call: 1.5 }, "property call is"],
    [{ call: true }, "property call is true"],
    [{ call: 0 }, "property call is 0 ms"],
    [{ connect: "0s" }, "property connect is 0 ms"],
    [{ pool_ttl: "soon" }, "property pool_ttl"],
    [{ pool_size: 0 }, "property pool_size is 0"],
    [{ pool_size: 1.5 }, "property pool_size is 1.5"],
    [{ pool_size: "many" }, 'property pool_size is "many"'],
    [{ payload_max_bytes: -1 }, "property payload_max_bytes is -1"],
    [{ payload_max_bytes: 3_000_000_000 }, "property payload_max_bytes is 3000000000"],
    [{ timeouts: "1s" }, "property timeouts is"],
    [{ timeouts: { call: "0 s" } }, "property timeouts.call is 0 ms"],
    [{ timeouts: { connect: "x" } }, "property timeouts.connect is"],
  ] as [Record<string, unknown>, string][])("refuses %j", (given, why) => {
    expect(() => asyncProperties(given)).toThrow(expect.objectContaining({ code: "invalid-transport" }));
    expect(() => asyncProperties(given)).toThrow(why);
  });
});

describe("the okhttp transport", () => {
  const defaults = { callMillis: 60_000, connectMillis: 10_000, readMillis: 10_000, writeMillis: 10_000 };

  test.each([
    [{}, {}],
    [{ call: "1s", functions: "example/*" }, {}],
    [{ timeouts: { call: "10s" } }, { callMillis: 10_000 }],
    [
      { timeouts: { call: "3s", connect: "1s", read: "3s", write: 5 } },
      { callMillis: 3000, connectMillis: 1000, readMillis: 3000, writeMillis: 5 },
    ],
  ] as [Record<string, unknown>, Partial<typeof defaults>][])("reads %j", (given, expected) => {
    expect(okhttpProperties(given)).toEqual({ ...defaults, ...expected });
  });

  test.each([
    [{ timeouts: { call: "5s" } }, "timeouts.connect is 10000 ms by default, longer than timeouts.call"],
    [{ timeouts: { call: "20s", read: "21s" } }, "timeouts.read is 21000 ms, longer than timeouts.call"],
    [{ timeouts: { write: 0 } }, "timeouts.write is 0 ms"],
    [{ timeouts: [] }, "timeouts is"],
  ] as [Record<string, unknown>, string][])("refuses %j", (given, why) => {
    expect(() => okhttpProperties(given)).toThrow(expect.objectContaining({ code: "invalid-transport" }));
    expect(() => okhttpProperties(given)).toThrow(why);
  });
});
