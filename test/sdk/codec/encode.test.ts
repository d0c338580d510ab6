import { describe, expect, jest, test } from "@jest/globals";
import { io } from "statefun/proto";
import type * as Sdk from "statefun";
import type * as Wire from "statefun/wire";
import { randomRequest } from "../../fuzz/random-messages.js";
import { freshSeed, Random } from "../../fuzz/random.js";
import { randomText, utf8 } from "../../fuzz/random-text.js";
import { decodeRequest, type Address, type Request } from "../../fuzz/reference.js";
import { serialize } from "../../fuzz/wire-tree.js";
import { hex } from "../../support/hex.js";
import { loadedOn, textPaths } from "../wire/text-paths.js";

const { FromFunction, ToFunction, TypedValue } = io.statefun.sdk.reqreply;
const wrappers = io.statefun.sdk.types;

const seed = freshSeed();

/** Well-formed requests as objects, which the codec and the oracle then write down. */
function randomRequests(count: number): readonly Request[] {
  const requests = Array.from({ length: count * 2 }, (_, i) =>
    orNothing(() => decodeRequest(serialize(randomRequest(new Random(seed, i))))),
  );
  return requests.filter((request) => request !== undefined).slice(0, count);
}

function orNothing<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function protoAddress({ namespace, name, id }: Address): io.statefun.sdk.reqreply.Address.$Properties {
  return { namespace, type: name, id };
}

describe.each(textPaths)(`on the %s path, with seed ${String(seed)}, the oracle writes the same`, (path) => {
  const { sdk, wire } = loadedOn(path, () => ({
    sdk: jest.requireActual<typeof Sdk>("statefun"),
    wire: jest.requireActual<typeof Wire>("statefun/wire"),
  }));
  const { types } = sdk;

  test.each([false, true])("boolean %s", (value) => {
    expect(hex(types.boolean.serialize(value))).toBe(hex(wrappers.BooleanWrapper.encode({ value }).finish()));
  });

  test.each([0, 1, -1, 127, 128, 255, 65_536, 2 ** 31 - 1, -(2 ** 31)])("int %d", (value) => {
    expect(hex(types.int.serialize(value))).toBe(hex(wrappers.IntWrapper.encode({ value }).finish()));
  });

  test.each([0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)])("long %s", (value) => {
    const { LongWrapper } = wrappers;

    expect(hex(types.long.serialize(value))).toBe(
      hex(LongWrapper.encode(LongWrapper.fromObject({ value })).finish()),
    );
  });

  test.each([0, 1.5, -1.5, 1e-45, 3.4028234663852886e38, 0.1, Infinity, -Infinity, NaN])(
    "float and double %d",
    (value) => {
      expect(hex(types.float.serialize(value))).toBe(hex(wrappers.FloatWrapper.encode({ value }).finish()));
      expect(hex(types.double.serialize(value))).toBe(hex(wrappers.DoubleWrapper.encode({ value }).finish()));
    },
  );

  test("random numbers of every type", () => {
    const { LongWrapper } = wrappers;
    for (let i = 0; i < 500; i++) {
      const long = new Random(seed, i).int64();
      const int = Number(BigInt.asIntN(32, long));
      const double = Number(long) / 1000;

      expect(
        [
          types.long.serialize(long),
          types.int.serialize(int),
          types.float.serialize(double),
          types.double.serialize(double),
        ].map(hex),
      ).toEqual(
        [
          LongWrapper.encode(LongWrapper.fromObject({ value: long })),
          wrappers.IntWrapper.encode({ value: int }),
          wrappers.FloatWrapper.encode({ value: double }),
          wrappers.DoubleWrapper.encode({ value: double }),
        ].map((written) => hex(written.finish())),
      );
    }
  });

  test("random text, as a string and as JSON", () => {
    const json = sdk.jsonType("n/json");
    for (let i = 0; i < 1000; i++) {
      const value = randomText(new Random(seed, i));

      expect(hex(types.string.serialize(value))).toBe(hex(wrappers.StringWrapper.encode({ value }).finish()));
      expect(hex(json.serialize(value))).toBe(hex(utf8(JSON.stringify(value))));
    }
  });

  test("random batches", () => {
    for (const { target, states, invocations } of randomRequests(300)) {
      if (target === undefined) continue;

      const bytes = wire.serializedBatch({
        target,
        states: states.map(({ name, value }) =>
          value?.hasValue === true
            ? { name, value: { typename: value.typename, bytes: value.value } }
            : { name },
        ),
        invocations: invocations.map(({ caller, argument }) => ({
          caller,
          argument: wire.serializedTypedValue(
            argument?.typename ?? "",
            argument?.hasValue === true ? argument.value : undefined,
          ),
        })),
      });

      const invocation = {
        target: protoAddress(target),
        state: states.map(({ name, value }) => ({
          stateName: name,
          stateValue: value?.hasValue === true ? withoutHeaders(value) : null,
        })),
        invocations: invocations.map(({ caller, argument }) => ({
          caller: caller === undefined ? null : protoAddress(caller),
          argument:
            argument?.hasValue === true ? withoutHeaders(argument) : { typename: argument?.typename ?? "" },
        })),
      };
      expect(hex(bytes)).toBe(hex(ToFunction.encode({ invocation }).finish()));
    }
  });

  test("random value specs", () => {
    for (let i = 0; i < 500; i++) {
      const random = new Random(seed, i);
      const [stateName, typeTypename] = [randomText(random), randomText(random)];
      const millis = Number(BigInt.asUintN(53, random.int64()));
      const mode = random.pick(["after-write", "after-call"] as const);

      const plain = wire.persistedValueSpec(stateName, typeTypename, undefined);
      const expiring = wire.persistedValueSpec(stateName, typeTypename, { mode, millis: millis + 1 });

      const { PersistedValueSpec } = FromFunction;
      const expirationSpec = { mode: mode === "after-write" ? 1 : 2, expireAfterMillis: millis + 1 };
      expect([plain, expiring].map(hex)).toEqual(
        [
          { stateName, typeTypename },
          { stateName, typeTypename, expirationSpec },
        ].map((spec) => hex(PersistedValueSpec.encode(spec).finish())),
      );
    }
  });

  test("random typed values", () => {
    for (let i = 0; i < 500; i++) {
      const random = new Random(seed, i);
      const [typename, value] = [randomText(random), random.bytes(random.below(200))];

      const bytes = wire.serializedTypedValue(typename, value);

      expect(hex(bytes)).toBe(hex(TypedValue.encode({ typename, hasValue: true, value }).finish()));
      expect(hex(wire.serializedTypedValue(typename))).toBe(hex(TypedValue.encode({ typename }).finish()));
    }
  });
});

function withoutHeaders({
  typename,
  value,
}: {
  readonly typename: string;
  readonly value: Uint8Array;
}): io.statefun.sdk.reqreply.TypedValue.$Properties {
  return { typename, hasValue: true, value };
}
