import { describe, expect, test } from "@jest/globals";
import {
  functionType,
  jsonType,
  requestReplyHandler,
  statefulFunction,
  types,
  type StateFunErrorCode,
} from "statefun";
import { io } from "statefun/proto";
import { readRequest, serializedTypedValue } from "statefun/wire";
import { fromHex, hex } from "../support/hex.js";
import { agreedPrimitive, agreedRequest } from "./agreement.js";
import { differences, type Difference } from "./differences.js";
import { oraclePrimitive, oracleRequest } from "./oracle.js";
import { codecRequest } from "./readings.js";
import { bytesField, messageField, nestedGroups, serialize, textField, type WireField } from "./wire-tree.js";

const wrappers = io.statefun.sdk.types;

const target = messageField(1, [...textField(1, "ns"), ...textField(2, "fn")]);

function request(...fields: readonly WireField[]): Uint8Array {
  return serialize([messageField(100, [target, ...fields])]);
}

function codeOf(run: () => unknown): StateFunErrorCode | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { readonly code?: StateFunErrorCode }).code;
  }
}

/** A proof of each difference: that the codec and the oracle do part here, and that the comparison knows of it. */
const proofs: Readonly<Record<Difference, () => void>> = {
  noTarget() {
    const bytes = serialize([messageField(100, [messageField(3, [])])]);
    const handler = requestReplyHandler([], { onError: () => undefined });

    expect(oracleRequest(bytes).invocations).toHaveLength(1);
    expect(readRequest(bytes)).toBeUndefined();
    expect(codeOf(() => handler.handle(bytes))).toBe("malformed-request");
    expect(agreedRequest(bytes)?.target).toBeUndefined();
  },

  absentIsEmpty() {
    const absent = request(messageField(2, []), messageField(3, []));
    const empty = request(messageField(2, [messageField(2, [])]), messageField(3, [messageField(2, [])]));

    expect(oracleRequest(absent)).not.toEqual(oracleRequest(empty));
    expect(codecRequest(absent)).toEqual(codecRequest(empty));
    for (const bytes of [absent, empty]) agreedRequest(bytes);
  },

  emptyCaller() {
    const bytes = request(messageField(3, [messageField(1, [])]));

    expect(oracleRequest(bytes).invocations[0]?.caller).toEqual({ namespace: "", name: "", id: "" });
    expect(readRequest(bytes)?.invocations[0]?.caller()).toBeUndefined();
    agreedRequest(bytes);
  },

  stateHeaders() {
    const state = (key: Uint8Array): Uint8Array =>
      request(messageField(2, [messageField(2, [messageField(4, [bytesField(1, key)])])]));
    const bytes = state(fromHex("61"));

    expect(oracleRequest(bytes).states[0]?.value?.headers).toEqual([{ key: "a", value: undefined }]);
    expect(readRequest(bytes)?.states[0]?.headers()).toEqual([]);
    expect(codeOf(() => readRequest(state(fromHex("ff"))))).toBe("malformed-request");
    agreedRequest(bytes);
  },

  endlessVarint() {
    const bytes = fromHex(`a206020a00 08${"80".repeat(10)}00`);

    expect(oracleRequest(bytes).target).toBeDefined();
    expect(codeOf(() => readRequest(bytes))).toBe("malformed-request");
    expect(agreedRequest(bytes)).toBeUndefined();
  },

  groupDepth() {
    const outside = (depth: number): Uint8Array =>
      serialize([messageField(100, [target]), nestedGroups(7, depth)]);
    const inside = (depth: number): Uint8Array =>
      request(messageField(3, [messageField(2, [messageField(4, [nestedGroups(7, depth)])])]));

    expect(readRequest(outside(100))).toBeDefined();
    expect(readRequest(inside(100))).toBeDefined();
    expect(() => oracleRequest(inside(100))).toThrow("max depth exceeded");
    expect(codeOf(() => readRequest(outside(101)))).toBe("malformed-request");
    expect(oracleRequest(outside(101))).toBeDefined();
    for (const depth of [95, 96, 97, 98, 99, 100, 101, 102]) {
      agreedRequest(outside(depth));
      agreedRequest(inside(depth));
    }
  },

  foreignWireType() {
    const bytes = types.int.serialize(1);

    expect(oraclePrimitive("string", bytes)).toBe("");
    expect(codeOf(() => types.string.deserialize(bytes))).toBe("serialization");
    expect(agreedPrimitive("string", bytes)).toBeUndefined();
  },

  overwrittenText() {
    const bytes = fromHex("0a01ff 0a026869");

    expect(() => oraclePrimitive("string", bytes)).toThrow();
    expect(types.string.deserialize(bytes)).toBe("hi");
    expect(codeOf(() => types.string.deserialize(fromHex("0a026869 0a01ff")))).toBe("serialization");
    expect(agreedPrimitive("string", bytes)).toBe("hi");
  },

  negativeZero() {
    expect(hex(types.float.serialize(-0))).toBe("");
    expect(hex(types.double.serialize(-0))).toBe("");
    expect(hex(wrappers.FloatWrapper.encode({ value: -0 }).finish())).toBe("0d00000080");
    expect(hex(wrappers.DoubleWrapper.encode({ value: -0 }).finish())).toBe("090000000000000080");
    expect(agreedPrimitive("double", fromHex("090000000000000080"))).toBe(-0);
  },

  halfSurrogate() {
    const half = "a\ud800";
    const written = wrappers.StringWrapper.encode({ value: half }).finish();

    expect(hex(written)).toBe("0a0461eda080");
    expect(codeOf(() => types.string.serialize(half))).toBe("serialization");
    expect(hex(jsonType("n/json").serialize(half))).toBe(hex(new TextEncoder().encode('"a\\ud800"')));
    expect(hex(serializedTypedValue(half))).toBe("0a0461efbfbd");
    expect(codeOf(() => sendTo(half))).toBe("invalid-argument");
  },
};

/** Runs a function that sends a message to this id. */
function sendTo(id: string): unknown {
  const type = functionType("ns/fn", [types.int]);
  const fn = statefulFunction(type, {
    on: {
      [types.int.typename](context, value) {
        context.send(type.address(id), types.int(value));
      },
    },
  });
  const handler = requestReplyHandler([fn], { onError: () => undefined });
  const argument = serializedTypedValue(types.int.typename, new Uint8Array(0));
  return handler.handle(request(messageField(3, [bytesField(2, argument)])));
}

describe("the codec differs from the oracle", () => {
  test.each(Object.entries(differences) as [Difference, string][])("in %s: %s", (difference) => {
    proofs[difference]();
  });
});
