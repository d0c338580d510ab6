import { describe, expect, test } from "@jest/globals";
import { hashes, nodeHashes, webHashes, type Hashes } from "../../../server-adapters/authorize/hashes.js";

// The examples of RFC 4231 (case 2) and of FIPS 180-4.
const key = Buffer.from("Jefe");
const data = Buffer.from("what do ya want for nothing?");
const mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const both: readonly (readonly [string, Hashes | undefined])[] = [
  ["WebCrypto", webHashes],
  ["node:crypto", nodeHashes()],
];

describe.each(both)("%s", (_name, implementation) => {
  test("computes what the standards say", async () => {
    const hmac = await implementation?.hmacUnder(key);

    const computed = [await implementation?.sha256(Buffer.from("abc")), await hmac?.(data)];

    expect(computed.map((bytes) => Buffer.from(bytes ?? []).toString("hex"))).toEqual([abc, mac]);
  });

  test("takes a part of a larger buffer, and nothing at all", async () => {
    const part = Buffer.from("..abc..").subarray(2, 5);
    const hmac = await implementation?.hmacUnder(key);

    const computed = [await implementation?.sha256(part), await hmac?.(new Uint8Array(0))];

    expect(computed.map((bytes) => Buffer.from(bytes ?? []).toString("hex"))).toEqual([
      abc,
      "923598ca6d64af2a5dba79dcd021a8a0fe5c5f557519adaaf0ad532d4506dd30",
    ]);
  });
});

test("on Node its own are used", async () => {
  expect(await hashes().sha256(Buffer.from("abc"))).toBeInstanceOf(Buffer);
});
