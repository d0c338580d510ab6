import { describe, expect, jest, test } from "@jest/globals";
import type * as Agreement from "../../fuzz/agreement.js";
import { primitiveBody, requestBody, responseBody } from "../../fuzz/bodies.js";
import { freshSeed, Random } from "../../fuzz/random.js";
import { primitives } from "../../fuzz/reference-values.js";
import { fromHex, hex } from "../../support/hex.js";
import { golden, V1, V2, V3 } from "../conformance/golden-bytes.js";
import { loadedOn, textPaths } from "../wire/text-paths.js";

const seed = freshSeed();

/** The bytes, each prefix of them, and each of them with one bit turned over. */
function variants(bytes: Uint8Array): readonly Uint8Array[] {
  const prefixes = Array.from(bytes, (_, length) => bytes.subarray(0, length));
  const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const copy = bytes.slice();
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy;
  });
  return [bytes, ...prefixes, ...flipped];
}

/** Reads all of them, saying which bytes an error arose with. */
function readAll(bodies: readonly Uint8Array[], read: (bytes: Uint8Array) => unknown): void {
  for (const body of bodies) {
    try {
      read(body);
    } catch (error) {
      throw new Error(`${String(error)}\n${hex(body)}`, { cause: error });
    }
  }
}

function randomBodies(count: number, make: (random: Random) => Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, i) => make(new Random(seed, i)));
}

describe.each(textPaths)(
  `on the %s path, with seed ${String(seed)}, the codec and the oracle agree on`,
  (path) => {
    const { agreedPrimitive, agreedRequest, agreedResponse } = loadedOn(path, () =>
      jest.requireActual<typeof Agreement>("../../fuzz/agreement.js"),
    );

    test.each([
      ["V1", V1],
      ["V2", V2],
      ["V3", V3],
    ])("the recorded request %s, however it is cut or bent", (_, request) => {
      readAll(variants(request), agreedRequest);

      expect(agreedRequest(request)?.target?.id).toBe("1");
    });

    test.each(Object.entries(golden))("the recorded answer %s, however it is cut or bent", (_, digits) => {
      readAll(variants(fromHex(digits)), agreedResponse);

      expect(agreedResponse(fromHex(digits))).toBeDefined();
    });

    test.each(primitives)("a value of type %s, however it is cut, bent or put together", (primitive) => {
      const bodies = randomBodies(1500, (random) => primitiveBody(random, primitive));

      readAll(bodies, (bytes) => agreedPrimitive(primitive, bytes));
    });

    test("random requests", () => {
      readAll(randomBodies(1000, requestBody), agreedRequest);
    });

    test("random answers", () => {
      readAll(randomBodies(1000, responseBody), agreedResponse);
    });
  },
);
