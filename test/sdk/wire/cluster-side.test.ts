import { describe, expect, jest, test } from "@jest/globals";
import { io } from "statefun/proto";
import type * as Wire from "statefun/wire";
import { bytesField, messageField, serialize, textField, varintField } from "../../fuzz/wire-tree.js";
import { fromHex, hex } from "../../support/hex.js";
import { golden, V1, V2, V3 } from "../conformance/golden-bytes.js";
import { loadedOn, textPaths } from "./text-paths.js";

const { TypedValue } = io.statefun.sdk.reqreply;

const malformed: unknown = expect.objectContaining({ code: "malformed-request" });
const nobody = { namespace: "", name: "", id: "" };
const noEffects = { kind: "result", mutations: [], messages: [], delayed: [], egresses: [] };

describe.each(textPaths)("the cluster's side on the %s path", (path) => {
  const { readResponse, serializedBatch, serializedTypedValue } = loadedOn(path, () =>
    jest.requireActual<typeof Wire>("statefun/wire"),
  );

  test("writes the recorded requests byte for byte", () => {
    const hi = serializedTypedValue("io.statefun.types/string", fromHex("0a026869"));
    const target = { namespace: "ns", name: "fn", id: "1" };
    const two = { typename: "io.statefun.types/int", bytes: fromHex("0d02000000") };
    const caller = { namespace: "ns", name: "other", id: "9" };

    const written = [
      serializedBatch({ target, states: [], invocations: [{ argument: hi }] }),
      serializedBatch({ target, states: [{ name: "seen" }], invocations: [{ argument: hi }] }),
      serializedBatch({
        target,
        states: [{ name: "seen", value: two }],
        invocations: [{ caller, argument: hi }, { argument: hi }],
      }),
    ];

    expect(written.map(hex)).toEqual([V1, V2, V3].map(hex));
  });

  test("tells no value from a value of no bytes", () => {
    expect(hex(serializedTypedValue("n/m"))).toBe("0a036e2f6d");
    expect(hex(serializedTypedValue("n/m", new Uint8Array(0)))).toBe("0a036e2f6d1001");
    expect(hex(serializedTypedValue(""))).toBe("");
  });

  test.each([
    ["no bytes", ""],
    ["an empty result", golden.R4],
    ["unknown fields only", "0801 1a00 3b3c"],
  ])("reads %s as a result without effects", (_, digits) => {
    expect(readResponse(fromHex(digits))).toEqual(noEffects);
  });

  test("reads what functions answer", () => {
    const int = (value: string): Uint8Array =>
      TypedValue.encode({
        typename: "io.statefun.types/int",
        hasValue: true,
        value: fromHex(value),
      }).finish();
    const message = { target: { namespace: "ns", name: "t", id: "2" }, argument: int("0d07000000") };

    expect(readResponse(fromHex(golden.R2))).toMatchObject({
      mutations: [
        {
          type: 1,
          name: "seen",
          value: { typename: "io.statefun.types/int", hasValue: true, bytes: fromHex("0d01000000") },
        },
      ],
    });
    expect(readResponse(fromHex(golden.R5))).toMatchObject({
      mutations: [{ type: 0, name: "seen", value: undefined }],
    });
    expect(readResponse(fromHex(golden.R6))).toMatchObject({ messages: [message] });
    expect(readResponse(fromHex(golden.R7))).toMatchObject({
      delayed: [{ ...message, isCancellation: false, cancellationToken: "tok", delayMillis: 1000n }],
    });
    expect(readResponse(fromHex(golden.R8))).toEqual({
      ...noEffects,
      delayed: [
        {
          isCancellation: true,
          cancellationToken: "tok",
          delayMillis: 0n,
          target: nobody,
          argument: new Uint8Array(0),
        },
      ],
    });
    expect(readResponse(fromHex(golden.R9))).toMatchObject({ egresses: [{ namespace: "ns", name: "eg" }] });
    expect(readResponse(fromHex(golden.R11))).toEqual({
      kind: "incomplete",
      missing: [
        { name: "a", typename: "io.statefun.types/string", expiration: { mode: 1, millis: 2000n } },
        { name: "b", typename: "io.statefun.types/float", expiration: { mode: 2, millis: 3000n } },
      ],
    });
  });

  test("reads numbers that no function should send: negative delays, modes and mutations that do not exist", () => {
    const result = messageField(100, [
      messageField(1, [varintField(1, -2n)]),
      messageField(1, [varintField(1, 2n ** 32n + 5n)]),
      messageField(3, [varintField(1, -1n)]),
    ]);
    const incomplete = messageField(101, [
      messageField(1, [messageField(2, [varintField(1, -7n), varintField(2, -(2n ** 63n))])]),
    ]);

    expect(readResponse(serialize([result]))).toMatchObject({
      mutations: [{ type: -2 }, { type: 5 }],
      delayed: [{ delayMillis: -1n }],
    });
    expect(readResponse(serialize([incomplete]))).toMatchObject({
      missing: [{ expiration: { mode: -7, millis: -(2n ** 63n) } }],
    });
  });

  test("counts the last one of the two arms, and merges one that occurs twice", () => {
    const removal = (name: string): ReturnType<typeof messageField> =>
      messageField(100, [messageField(1, textField(2, name))]);
    const missing = (name: string): ReturnType<typeof messageField> =>
      messageField(101, [messageField(1, textField(1, name))]);
    const names = (fields: readonly ReturnType<typeof messageField>[]): readonly string[] => {
      const response = readResponse(serialize(fields));
      return (response.kind === "result" ? response.mutations : response.missing).map(({ name }) => name);
    };

    expect(names([removal("a"), removal("b")])).toEqual(["a", "b"]);
    expect(names([missing("a"), missing("b")])).toEqual(["a", "b"]);
    expect(names([removal("a"), missing("b")])).toEqual(["b"]);
    expect(names([removal("a"), missing("b"), removal("c")])).toEqual(["c"]);
    expect(names([missing("a"), removal("b"), missing("c"), missing("d")])).toEqual(["c", "d"]);
  });

  test("keeps arguments as they were written, unknown fields included, and joins those in parts", () => {
    const part = serialize([...textField(1, "n/m"), varintField(12, 3)]);
    const more = serialize([bytesField(3, fromHex("aa"))]);
    const bytes = serialize([
      messageField(100, [
        messageField(2, [bytesField(2, part), bytesField(2, more)]),
        messageField(3, [bytesField(3, part)]),
        messageField(4, [bytesField(3, new Uint8Array(0)), bytesField(3, part)]),
      ]),
    ]);

    const response = readResponse(bytes);

    expect(response).toMatchObject({
      messages: [{ argument: Uint8Array.from([...part, ...more]) }],
      delayed: [{ argument: part }],
      egresses: [{ argument: part }],
    });
  });

  test.each([
    ["an argument that is no typed value", messageField(2, [bytesField(2, fromHex("0aff"))])],
    ["an argument's typename that is not UTF-8", messageField(2, [bytesField(2, fromHex("0a01ff"))])],
    ["a token that is not UTF-8", messageField(3, [bytesField(11, fromHex("c3"))])],
    ["an address that is cut short", messageField(4, [bytesField(1, fromHex("ff"))])],
    ["a mutation whose value is cut short", messageField(1, [bytesField(3, fromHex("1a09"))])],
  ])("refuses %s", (_, field) => {
    expect(() => readResponse(serialize([messageField(100, [field])]))).toThrow(malformed);
  });

  test("refuses a recorded answer that is cut short anywhere", () => {
    for (const answer of Object.values(golden).map(fromHex)) {
      for (let length = 1; length < answer.length; length++) {
        expect(() => readResponse(answer.subarray(0, length))).toThrow(malformed);
      }
    }
  });

  test("reads Node's buffers, and names in them outlive what is written there later", () => {
    const answer = Buffer.from(golden.R6, "hex");
    const first = readResponse(answer);

    answer.fill(0);

    expect(first).toMatchObject({ messages: [{ target: { namespace: "ns", name: "t", id: "2" } }] });
    expect(readResponse(fromHex(golden.R6))).toMatchObject({
      messages: [{ target: { namespace: "ns", name: "t", id: "2" } }],
    });
  });
});
