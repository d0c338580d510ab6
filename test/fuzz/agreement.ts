import assert from "node:assert/strict";
import { types } from "statefun";
import { readResponse, type WireResponse } from "statefun/wire";
import { whyAcceptedByOracle, whyRefusedByOracle } from "./differences.js";
import { oraclePrimitive, oracleRequest, oracleResponse } from "./oracle.js";
import { asRead, codecRequest, withDecodedArguments } from "./readings.js";
import { decodeRequest, RuleBroken, type Request, type SerializedInvocation } from "./reference.js";
import { decodeResponse } from "./reference-response.js";
import { decodePrimitive, type Primitive } from "./reference-values.js";

// The codec, the reference decoder and the oracle read the same bytes. All three agree, or an error says where not.

type Attempt<T> = { readonly value: T } | { readonly error: unknown };

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read() };
  } catch (error) {
    return { error };
  }
}

/** What a decoder of ours may refuse with: the codec with its own errors, the reference with a broken rule. */
function checkRefusal(code: string, { error }: { readonly error: unknown }): void {
  if ((error as { readonly code?: unknown }).code !== code) throw error;
}

/** Checks that the oracle accepts and refuses as the reference decoder does, but for the listed differences. */
function checkVerdict(reference: Attempt<unknown>, oracle: Attempt<unknown>, text?: Uint8Array): void {
  if ("error" in reference) {
    if (!(reference.error instanceof RuleBroken)) throw reference.error;
    if ("error" in oracle) return;
    const { rule } = reference.error;
    assert(whyAcceptedByOracle(rule), `the oracle accepts what breaks the rule "${rule}"`);
  } else if ("error" in oracle && whyRefusedByOracle(oracle.error, text) === undefined) {
    throw new Error("the oracle refuses what breaks no rule", { cause: oracle.error });
  }
}

/** A request that all agree on; `undefined` if the bytes are none. */
export function agreedRequest(bytes: Uint8Array): Request<SerializedInvocation> | undefined {
  const reference = attempt(() => decodeRequest(bytes));
  const oracle = attempt(() => oracleRequest(bytes));
  const codec = attempt(() => codecRequest(bytes));

  checkVerdict(reference, oracle);
  if ("value" in reference && "value" in oracle) {
    const { invocations } = reference.value;
    const decoded = {
      ...reference.value,
      invocations: invocations.map(({ caller, argument }) => ({ caller, argument })),
    };
    assert.deepEqual(oracle.value, decoded, "the oracle and the reference read different requests");
  }
  if ("error" in reference) {
    assert("error" in codec, "the codec accepts a request that breaks a rule");
    checkRefusal("malformed-request", codec);
    return undefined;
  }
  if ("error" in codec)
    throw new Error("the codec refuses a request that breaks no rule", { cause: codec.error });
  assert.deepEqual(
    codec.value?.read,
    asRead(reference.value),
    "the codec and the reference read different requests",
  );
  assert.deepEqual(
    codec.value?.argumentBytes,
    codec.value && reference.value.invocations.map(({ argumentBytes }) => argumentBytes),
    "the codec repeats other arguments than the request has",
  );
  return reference.value;
}

/** A response that all agree on; `undefined` if the bytes are none. */
export function agreedResponse(bytes: Uint8Array): WireResponse | undefined {
  const reference = attempt(() => decodeResponse(bytes));
  const oracle = attempt(() => oracleResponse(bytes));
  const codec = attempt(() => readResponse(bytes));

  checkVerdict(reference, oracle);
  if ("value" in reference && "value" in oracle) {
    const decoded = withDecodedArguments(reference.value);
    assert.deepEqual(oracle.value, decoded, "the oracle and the reference read different responses");
  }
  if ("error" in reference) {
    assert("error" in codec, "the codec accepts a response that breaks a rule");
    checkRefusal("malformed-request", codec);
    return undefined;
  }
  if ("error" in codec)
    throw new Error("the codec refuses a response that breaks no rule", { cause: codec.error });
  assert.deepEqual(codec.value, reference.value, "the codec and the reference read different responses");
  return reference.value;
}

/** A primitive value that all agree on; `undefined` if the bytes are none of that type. */
export function agreedPrimitive(primitive: Primitive, bytes: Uint8Array): unknown {
  const reference = attempt(() => decodePrimitive(primitive, bytes));
  const oracle = attempt(() => oraclePrimitive(primitive, bytes));
  const codec = attempt(() => types[primitive].deserialize(bytes));

  checkVerdict(reference, oracle, primitive === "string" ? bytes : undefined);
  if ("value" in reference && "value" in oracle) {
    assert.deepEqual(oracle.value, reference.value, `the oracle and the reference read different values`);
  }
  if ("error" in reference) {
    assert("error" in codec, `the codec accepts bytes that are no ${primitive}`);
    checkRefusal("serialization", codec);
    return undefined;
  }
  if ("error" in codec)
    throw new Error(`the codec refuses bytes that are a ${primitive}`, { cause: codec.error });
  assert.deepEqual(codec.value, reference.value, "the codec and the reference read different values");
  return reference.value;
}
