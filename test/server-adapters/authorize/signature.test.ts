import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { signature, signatureHeader, signer, type SignatureOptions } from "statefun/authorize";
import { expectFailure, expectSuccess } from "../expectations.js";
import { batchHead, RawClient } from "../raw-client.js";
import { batch, hi } from "../requests.js";
import { attempts, guarding, hosts, refusal, textOf } from "./guarded.js";

const current = "c0ffee00c0ffee00c0ffee00c0ffee00";
const old = "decade00decade00decade00decade00";
const foreign = "badc0de0badc0de0badc0de0badc0de0";
const authorize = signature({ secrets: [current, old] });

const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);
const header = (value: string): string => `${signatureHeader}: ${value}`;

test("a signature is what the documentation says, computed by other means", async () => {
  const at = new Date("2026-11-24T12:00:00.999Z");
  const expected = createHmac("sha256", current)
    .update(`1795521600.${createHash("sha256").update(hi).digest("hex")}`)
    .digest("hex");

  const signed = await signer(current)(hi, at);

  expect(signed).toBe(`t=1795521600,v1=${expected}`);
});

describe.each(hosts)("on $host", ({ guarded }) => {
  test("a body signed with any of the secrets is served, its signature young or a little ahead", async () => {
    const signatures = await Promise.all([
      signer(current)(hi),
      signer(old)(hi),
      signer(current)(hi, ago(50)),
      signer(current)(hi, ago(-25)),
    ]);

    const { result, codes } = await guarding(
      authorize,
      (port) => attempts(port, ...signatures.map((value) => ({ headers: [header(value)] }))),
      guarded,
    );

    for (const response of result) expectSuccess(response);
    expect(codes).toEqual([]);
  });

  test.each<[string, () => Promise<readonly string[]>, string]>([
    ["no signature", async () => Promise.resolve([]), "no x-statefun-signature header"],
    [
      "a signature with another secret",
      async () => [await signer(foreign)(hi)],
      "no known secret has signed this body at this time",
    ],
    [
      "the signature of another body",
      async () => [await signer(current)(batch("ho"))],
      "no known secret has signed this body at this time",
    ],
    [
      "a signature whose time was made younger",
      async () => [(await signer(current)(hi, ago(90))).replace(/t=\d+/, `t=${seconds(ago(1))}`)],
      "no known secret has signed this body at this time",
    ],
    ["a replayed signature", async () => [await signer(current)(hi, ago(62))], "older than maxAge"],
    [
      "a signature of the far future",
      async () => [await signer(current)(hi, ago(-60))],
      "from later than maxClockSkew allows",
    ],
    ["two signatures", async () => [await signer(current)(hi), await signer(current)(hi)], "not of the form"],
    [
      "two signatures in one header",
      async () => [`${await signer(foreign)(hi)},v1=${await macOf(hi)}`],
      "not of the form",
    ],
    [
      "two times",
      async () => [`t=${seconds(new Date())},${await signer(current)(hi, ago(9999))}`],
      "not of the form",
    ],
    [
      "a time with a leading zero",
      async () => [(await signer(current)(hi)).replace("=", "=0")],
      "not of the form",
    ],
    ["a time of many digits", async () => [`t=${"9".repeat(400)},v1=${await macOf(hi)}`], "not of the form"],
    [
      "a time in the year 30000",
      async () => [`t=${"9".repeat(12)},v1=${await macOf(hi)}`],
      "from later than",
    ],
    ["a time before 1970", async () => [`t=-1,v1=${await macOf(hi)}`], "not of the form"],
    ["upper-case digits", async () => [(await signer(current)(hi)).toUpperCase()], "not of the form"],
    ["a signature cut short", async () => [(await signer(current)(hi)).slice(0, -1)], "not of the form"],
    ["an empty signature", async () => [`t=${seconds(new Date())},v1=`], "not of the form"],
    ["another version", async () => [(await signer(current)(hi)).replace("v1", "v0")], "not of the form"],
    ["garbage", async () => Promise.resolve(["💥;%00=,,t=v1"]), "not of the form"],
  ])("%s is refused with 401 and one report that says why, and nothing runs", async (_what, sign, why) => {
    const signatures = await sign();

    const { result, codes, reports, ran } = await guarding(
      authorize,
      (port) => refusal(port, { headers: signatures.map(header) }),
      guarded,
    );

    expectFailure(result.response, "unauthorized");
    expect(result.ended).toBeUndefined();
    expect([codes, ran]).toEqual([["unauthorized"], []]);
    expect(reports).toContain(why);
    for (const secret of [current, old]) expect(reports + textOf(result.response)).not.toContain(secret);
  });
});

test("a change of any byte of the body, of one bit of it, is refused", async () => {
  const signed = await signer(current)(hi);
  const changed = Array.from(hi, (_byte, at) => {
    const copy = Buffer.from(hi);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  });

  const { result, codes, ran } = await guarding(authorize, async (port) =>
    Promise.all(changed.map((body) => statusOf(port, signed, body))),
  );

  expect(new Set(result)).toEqual(new Set([401]));
  expect(codes).toHaveLength(hi.length);
  expect(ran).toEqual([]);
});

test("a change of any digit of the signature is refused", async () => {
  const signed = await signer(current)(hi);
  const start = signed.indexOf("v1=") + 3;
  const changed = Array.from({ length: 64 }, (_none, at) => {
    const other = signed[start + at] === "0" ? "1" : "0";
    return signed.slice(0, start + at) + other + signed.slice(start + at + 1);
  });

  const { result, ran } = await guarding(authorize, async (port) =>
    Promise.all(changed.map((value) => statusOf(port, value, hi))),
  );

  expect(result).toEqual(changed.map(() => 401));
  expect(ran).toEqual([]);
});

test("a body that was signed for one endpoint is refused by another with its own secret", async () => {
  const signed = await signer(current)(hi);

  const { codes, ran } = await guarding(signature({ secrets: foreign }), (port) =>
    refusal(port, { headers: [header(signed)] }),
  );

  expect([codes, ran]).toEqual([["unauthorized"], []]);
});

test("what its head gives away is refused before any of the body has come", async () => {
  const signed = await signer(current)(hi, ago(3600));

  const { result, codes } = await guarding(authorize, async (port) => {
    const client = await RawClient.connect({ port });
    await client.send(batchHead({ "content-length": 64 * 1024 * 1024, [signatureHeader]: signed }));
    const response = await client.response();
    client.finish();
    return { response, ended: await client.closed() };
  });

  expectFailure(result.response, "unauthorized");
  expect(codes).toEqual(["unauthorized"]);
});

test("a signed head lets nobody send more than maxRequestBytes", async () => {
  const signed = await signer(current)(hi);

  const { result, codes } = await guarding(authorize, async (port) => {
    const client = await RawClient.connect({ port });
    await client.send(batchHead({ "content-length": 64 * 1024 * 1024 + 1, [signatureHeader]: signed }));
    const response = await client.response();
    await client.hangUp();
    return response;
  });

  expectFailure(result, "request-too-large");
  expect(codes).toEqual(["request-too-large"]);
});

test("the replay window is what it is set to", async () => {
  const narrow = signature({ secrets: current, maxAge: { seconds: 5 }, maxClockSkew: { seconds: 0 } });
  const wide = signature({ secrets: current, maxAge: { days: 1 }, maxClockSkew: { hours: 1 } });
  const [older, ahead] = await Promise.all([signer(current)(hi, ago(20)), signer(current)(hi, ago(-600))]);
  const send = async (port: number): Promise<number[]> => [
    await statusOf(port, older, hi),
    await statusOf(port, ahead, hi),
  ];

  const refused = await guarding(narrow, send);
  const served = await guarding(wide, send);

  expect([refused.result, served.result]).toEqual([
    [401, 401],
    [200, 200],
  ]);
});

describe("misuse is refused", () => {
  test.each<[string, SignatureOptions, RegExp]>([
    ["no secret", { secrets: [] }, /signature: got an empty list/],
    ["a short secret", { secrets: [current, "short"] }, /signature: secret 2 of 2 has 5 characters/],
    ["a negative age", { secrets: current, maxAge: { seconds: -1 } }, /the maxAge is negative/],
    ["a skew without a unit", { secrets: current, maxClockSkew: {} }, /the maxClockSkew names no unit/],
  ])("when a check is defined with %s", (_what, options, problem) => {
    expect(() => signature(options)).toThrow(problem);
    expect(() => signature(options)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });

  test("when a signer gets a short secret, or a time that is none", async () => {
    const invalid = { code: "invalid-argument" };

    expect(() => signer("short")).toThrow(expect.objectContaining(invalid));
    await expect(signer(current)(hi, new Date(Number.NaN))).rejects.toMatchObject(invalid);
    await expect(signer(current)(hi, new Date(-1))).rejects.toMatchObject(invalid);
  });
});

async function statusOf(port: number, signed: string, body: Uint8Array): Promise<number> {
  const client = await RawClient.connect({ port });
  await client.send(batchHead({ "content-length": body.length, [signatureHeader]: signed }), body);
  const { status } = await client.response();
  await client.hangUp();
  return status;
}

async function macOf(body: Uint8Array): Promise<string> {
  return (await signer(current)(body)).replace(/^.*v1=/, "");
}

function seconds(at: Date): string {
  return String(Math.floor(at.getTime() / 1000));
}
