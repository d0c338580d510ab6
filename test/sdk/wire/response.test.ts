import { describe, expect, jest, test } from "@jest/globals";
import { io } from "statefun/proto";
import type * as Wire from "statefun/wire";
import { fromHex, hex } from "../../support/hex.js";
import { golden } from "../conformance/golden-bytes.js";
import { loadedOn, textPaths } from "./text-paths.js";

const { FromFunction, TypedValue } = io.statefun.sdk.reqreply;
const { MODIFY } = FromFunction.PersistedValueMutation.MutationType;
const { AFTER_INVOKE, AFTER_WRITE } = FromFunction.ExpirationSpec.ExpireMode;

type Result = io.statefun.sdk.reqreply.FromFunction.InvocationResponse.$Properties;

/** What the oracle writes for a result. */
function oracle(invocationResult: Result): string {
  return hex(FromFunction.encode({ invocationResult }).finish());
}

describe.each(textPaths)("a response on the %s path", (path) => {
  const wire = loadedOn(path, () => jest.requireActual<typeof Wire>("statefun/wire"));
  const { Argument, incompleteResponse, persistedValueSpec, ResponseWriter, textFields, textLength } = wire;

  const target = textFields([0x0a, "ns"], [0x12, "t"]);
  const egress = textFields([0x0a, "ns"], [0x12, "eg"]);

  const bytesForm: Wire.ValueForm<Uint8Array> = {
    head: wire.typedValueHead("n/bytes"),
    size: (bytes) => bytes.length,
    write: (bytes, out) => {
      out.copy(bytes);
    },
  };

  function argument(bytes: Uint8Array, headers?: readonly Wire.WireHeader[]): Wire.Argument {
    return Argument.of(bytesForm, bytes, headers);
  }

  function typedValue(value: Uint8Array): io.statefun.sdk.reqreply.TypedValue.$Properties {
    return { typename: "n/bytes", hasValue: true, value };
  }

  test("without effects is three bytes, in memory of its own each time", () => {
    const writer = new ResponseWriter();
    const first = writer.taken();
    const second = writer.taken();

    first.fill(0);

    expect(hex(second)).toBe(golden.R4);
  });

  test("holds its lists one behind the other, each in the order of its effects", () => {
    const writer = new ResponseWriter();
    const [one, two, three, four] = [1, 2, 3, 4].map((byte) => Uint8Array.of(byte)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];

    writer.egressRecord(egress, argument(one));
    writer.message(target, "a", 1, argument(two));
    writer.removal(textFields([0x12, "gone"]));
    writer.delayedMessage(target, "b", 1, argument(three), { delayMillis: 0, token: "" });
    writer.modification(Uint8Array.of(0x08, 1, ...textFields([0x12, "kept"])), argument(four));
    writer.message(target, "", 0, argument(one));
    writer.cancellation("tok");
    writer.egressRecord(egress, argument(two));

    expect(hex(writer.taken())).toBe(
      oracle({
        stateMutations: [
          { stateName: "gone" },
          { mutationType: MODIFY, stateName: "kept", stateValue: typedValue(four) },
        ],
        outgoingMessages: [
          { target: { namespace: "ns", type: "t", id: "a" }, argument: typedValue(two) },
          { target: { namespace: "ns", type: "t" }, argument: typedValue(one) },
        ],
        delayedInvocations: [
          { target: { namespace: "ns", type: "t", id: "b" }, argument: typedValue(three) },
          { isCancellationRequest: true, cancellationToken: "tok" },
        ],
        outgoingEgresses: [
          { egressNamespace: "ns", egressType: "eg", argument: typedValue(one) },
          { egressNamespace: "ns", egressType: "eg", argument: typedValue(two) },
        ],
      }),
    );
  });

  test.each(
    [0, 1, 100, 110, 120, 127, 128, 129, 2000, 4050, 4096, 16_300, 16_384, 70_000, 2_097_152].flatMap(
      (size) => [size, size + 7],
    ),
  )("carries a value of %d bytes in every list", (size) => {
    const value = new Uint8Array(size).fill(0x61);
    const id = "ü".repeat(Math.min(size, 3000));
    const writer = new ResponseWriter();

    writer.message(target, id, textLength(id), argument(value));
    writer.delayedMessage(target, id, textLength(id), argument(value), { delayMillis: size, token: id });
    writer.egressRecord(egress, argument(value));
    writer.modification(Uint8Array.of(0x08, 1, ...textFields([0x12, "kept"])), argument(value));

    const address = { namespace: "ns", type: "t", id };
    expect(hex(writer.taken())).toBe(
      oracle({
        stateMutations: [{ mutationType: MODIFY, stateName: "kept", stateValue: typedValue(value) }],
        outgoingMessages: [{ target: address, argument: typedValue(value) }],
        delayedInvocations: [
          { delayInMs: size, target: address, argument: typedValue(value), cancellationToken: id },
        ],
        outgoingEgresses: [{ egressNamespace: "ns", egressType: "eg", argument: typedValue(value) }],
      }),
    );
  });

  test.each(
    [1, 7, 14, 21, 28, 31, 32, 35, 42, 49, 53].flatMap((bits) => [2 ** bits - 1, 2 ** bits]).slice(0, -1),
  )("carries a delay of %d ms", (delayMillis) => {
    const writer = new ResponseWriter();

    writer.delayedMessage(target, "2", 1, argument(new Uint8Array(0)), { delayMillis, token: "" });

    expect(hex(writer.taken())).toBe(
      oracle({
        delayedInvocations: [
          {
            delayInMs: delayMillis,
            target: { namespace: "ns", type: "t", id: "2" },
            argument: typedValue(new Uint8Array(0)),
          },
        ],
      }),
    );
  });

  test("carries headers behind the value: with bytes, without any, and null", () => {
    const writer = new ResponseWriter();
    const headers = [
      { key: "é", value: fromHex("0102") },
      { key: "", value: new Uint8Array(0) },
      { key: "null", value: undefined },
      { key: "k".repeat(200), value: new Uint8Array(300) },
    ];

    writer.message(target, "1", 1, argument(Uint8Array.of(7), headers));

    expect(hex(writer.taken())).toBe(
      oracle({
        outgoingMessages: [
          {
            target: { namespace: "ns", type: "t", id: "1" },
            argument: {
              ...typedValue(Uint8Array.of(7)),
              headers: [
                { key: "é", value: fromHex("0102"), hasValue: true },
                { hasValue: true },
                { key: "null" },
                { key: "k".repeat(200), value: new Uint8Array(300), hasValue: true },
              ],
            },
          },
        ],
      }),
    );
  });

  test("repeats copied bytes bit for bit, whatever they are", () => {
    const given = TypedValue.encode({ typename: "a/b", $unknowns: [fromHex("4801")] }).finish();
    const writer = new ResponseWriter();

    writer.message(target, "1", 1, Argument.copied(given));
    writer.egressRecord(egress, Argument.copied(given));
    writer.message(target, "1", 1, Argument.copied(new Uint8Array(0)));

    const address = { namespace: "ns", type: "t", id: "1" };
    expect(hex(writer.taken())).toBe(
      oracle({
        outgoingMessages: [
          { target: address, argument: { $unknowns: [given] } },
          { target: address, argument: {} },
        ],
        outgoingEgresses: [{ egressNamespace: "ns", egressType: "eg", argument: { $unknowns: [given] } }],
      }),
    );
  });

  test("is empty again once it was taken, and once it was cleared", () => {
    const writer = new ResponseWriter();
    writer.message(target, "1", 1, argument(Uint8Array.of(1)));
    writer.taken();
    const afterTaken = writer.taken();
    writer.removal(textFields([0x12, "gone"]));
    writer.egressRecord(egress, argument(Uint8Array.of(1)));

    writer.clear();

    expect([hex(afterTaken), hex(writer.taken())]).toEqual([golden.R4, golden.R4]);
  });

  test("knows what its buffers hold on to", () => {
    const writer = new ResponseWriter();
    const before = writer.capacity;

    writer.message(target, "1", 1, argument(new Uint8Array(1_000_000)));
    writer.taken();

    expect(before).toBeLessThan(20_000);
    expect(writer.capacity).toBeGreaterThan(1_000_000);
  });

  test("never shares memory with another one", () => {
    const sizes = [0, 1, 50, 1000, 4000, 4080, 4100, 9000];
    const held = Array.from({ length: 400 }, (_, i) => {
      const writer = new ResponseWriter();
      const value = new Uint8Array(sizes[i % sizes.length] ?? 0).fill(i);
      writer.egressRecord(egress, argument(value));
      const answer = writer.taken();
      return { answer, copy: hex(answer) };
    });
    const ranges = held.map(({ answer }) => ({
      buffer: answer.buffer,
      start: answer.byteOffset,
      end: answer.byteOffset + answer.length,
    }));

    const changed = held.filter(({ answer, copy }) => hex(answer) !== copy);
    const overlapping = ranges.filter(
      (range, i) => ranges[i + 1]?.buffer === range.buffer && (ranges[i + 1]?.start ?? 0) < range.end,
    );

    expect([changed, overlapping]).toEqual([[], []]);
  });

  test("asks for states in the bytes that other SDKs use", () => {
    const a = persistedValueSpec("a", "io.statefun.types/string", { mode: "after-write", millis: 2000 });
    const b = persistedValueSpec("b", "io.statefun.types/float", { mode: "after-call", millis: 3000 });

    expect(hex(incompleteResponse([a, b]))).toBe(golden.R11);
  });

  test.each([0, 1, 3, 1000])("asks for %d states", (count) => {
    const names = Array.from({ length: count }, (_, i) => `state_${String(i)}`);

    const response = incompleteResponse(names.map((name) => persistedValueSpec(name, "n/ü", undefined)));

    const missingValues = names.map((stateName) => ({ stateName, typeTypename: "n/ü" }));
    expect(hex(response)).toBe(
      hex(FromFunction.encode({ incompleteInvocationContext: { missingValues } }).finish()),
    );
  });

  test.each([1, 127, 128, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1])(
    "specifies an expiration of %d ms after both events",
    (millis) => {
      for (const [mode, number] of [
        ["after-write", AFTER_WRITE] as const,
        ["after-call", AFTER_INVOKE] as const,
      ]) {
        const spec = persistedValueSpec("größe", "n/m", { mode, millis });

        const expected = FromFunction.PersistedValueSpec.encode({
          stateName: "größe",
          expirationSpec: { mode: number, expireAfterMillis: millis },
          typeTypename: "n/m",
        }).finish();
        expect(hex(spec)).toBe(hex(expected));
      }
    },
  );
});
