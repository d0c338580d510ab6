import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  base64url,
  createLocalJWKSet,
  createRemoteJWKSet,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type GenerateKeyPairResult,
  type JSONWebKeySet,
} from "jose";
import { bearerToken, type Authorize, type VerifyToken } from "statefun/authorize";
import { expectFailure, expectSuccess } from "../expectations.js";
import { attempts, guarding, hosts, refusal, textOf } from "./guarded.js";

const shared = new TextEncoder().encode("a key of HS256 has 32 bytes or more");
const issuer = "https://issuer.example";
const audience = "statefun";
const claims = { issuer, audience };
const withHs256 = bearerToken((token) => jwtVerify(token, shared, { ...claims, algorithms: ["HS256"] }));

const bearer = (token: string): { headers: string[] } => ({ headers: [`authorization: Bearer ${token}`] });
const now = (): number => Math.floor(Date.now() / 1000);

function token(alg = "HS256", kid?: string): SignJWT {
  return new SignJWT({})
    .setProtectedHeader(kid === undefined ? { alg } : { alg, kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime("1m");
}

function unsigned(header: object, signature: string): string {
  const parts = [header, { iss: issuer, aud: audience, exp: now() + 60 }];
  return [...parts.map((part) => base64url.encode(JSON.stringify(part))), signature].join(".");
}

describe.each(hosts)("on $host, with a key of HS256", ({ guarded }) => {
  test("a token that holds is let in", async () => {
    const good = await token().sign(shared);

    const { result, codes } = await guarding(
      withHs256,
      (port) => attempts(port, bearer(good), bearer(good)),
      guarded,
    );

    for (const response of result) expectSuccess(response);
    expect(codes).toEqual([]);
  });

  test.each<[string, () => string | Promise<string>, string]>([
    [
      "expired",
      () =>
        token()
          .setExpirationTime(now() - 1)
          .sign(shared),
      "ERR_JWT_EXPIRED",
    ],
    [
      "not valid yet",
      () =>
        token()
          .setNotBefore(now() + 60)
          .sign(shared),
      "ERR_JWT_CLAIM_VALIDATION_FAILED",
    ],
    [
      "for another audience",
      () => token().setAudience("shop").sign(shared),
      "ERR_JWT_CLAIM_VALIDATION_FAILED",
    ],
    [
      "of another issuer",
      () => token().setIssuer("https://evil").sign(shared),
      "ERR_JWT_CLAIM_VALIDATION_FAILED",
    ],
    [
      "signed with another key",
      () => token().sign(new Uint8Array(shared.length)),
      "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    ],
    ["of another algorithm", () => token("HS512").sign(new Uint8Array(64)), "ERR_JOSE_ALG_NOT_ALLOWED"],
    ["of the algorithm none", () => unsigned({ alg: "none" }, ""), "ERR_JOSE_ALG_NOT_ALLOWED"],
    ["of the algorithm NONE, signed", () => unsigned({ alg: "NONE" }, "AAAA"), "ERR_JOSE_ALG_NOT_ALLOWED"],
    ["without a signature", async () => (await token().sign(shared)).replace(/[^.]*$/, ""), "ERR_JWS_"],
    ["with a changed claim", async () => changed(await token().sign(shared)), "ERR_JWS_SIGNATURE"],
    ["no JWT", () => "abc", "ERR_JWS_INVALID"],
    ["of three pieces of garbage", () => "a.b.c", "ERR_JWS_INVALID"],
  ])(
    "a token that is %s is 401 with one report that says why, and nothing runs",
    async (_what, made, why) => {
      const bad = await made();

      const { result, codes, reports, ran } = await guarding(
        withHs256,
        (port) => refusal(port, bearer(bad)),
        guarded,
      );

      expectFailure(result.response, "unauthorized");
      expect(result.ended).toBeUndefined();
      expect([codes, ran]).toEqual([["unauthorized"], []]);
      expect(reports).toContain(why);
      if (bad.length > 20) expect(reports + textOf(result.response)).not.toContain(bad.slice(0, 20));
    },
  );

  test.each<[string, (good: string) => string[]]>([
    ["no header", () => []],
    ["an empty header", () => ["authorization:"]],
    ["a scheme alone", () => ["authorization: Bearer"]],
    ["another scheme", (good) => [`authorization: Basic ${good}`]],
    ["no scheme", (good) => [`authorization: ${good}`]],
    ["two tokens", (good) => [`authorization: Bearer ${good} ${good}`]],
    ["two values in one header", (good) => [`authorization: Bearer ${good}, Bearer ${good}`]],
    ["two headers", (good) => [`authorization: Bearer ${good}`, `authorization: Bearer ${good}`]],
    ["the token in a cookie", (good) => [`cookie: authorization=Bearer ${good}`]],
  ])("%s is 401, without a call of verify", async (_what, headers) => {
    const good = await token().sign(shared);
    const asked: string[] = [];
    const authorize = bearerToken((asking) => {
      asked.push(asking);
      return true;
    });

    const { result, codes } = await guarding(
      authorize,
      (port) => refusal(port, { headers: headers(good) }),
      guarded,
    );

    expectFailure(result.response, "unauthorized");
    expect([codes, asked]).toEqual([["unauthorized"], []]);
  });
});

describe.each(["RS256", "ES256"])("with a set of keys of %s", (alg) => {
  let ours: GenerateKeyPairResult;
  let foreign: GenerateKeyPairResult;
  let served: JSONWebKeySet;
  let local: Authorize;
  const kid = "2026-11";

  beforeAll(async () => {
    [ours, foreign] = await Promise.all([generateKeyPair(alg), generateKeyPair(alg)]);
    served = { keys: [{ ...(await exportJWK(ours.publicKey)), alg, kid }] };
    const keys = createLocalJWKSet(served);
    local = bearerToken((asking) => jwtVerify(asking, keys, { ...claims, algorithms: [alg] }));
  });

  test("a token of its issuer is let in", async () => {
    const good = await token(alg, kid).sign(ours.privateKey);

    const { result } = await guarding(local, (port) => attempts(port, bearer(good)));

    for (const response of result) expectSuccess(response);
  });

  test.each<[string, () => Promise<string>]>([
    ["signed by somebody else", () => token(alg, kid).sign(foreign.privateKey)],
    ["of a key that is not in the set", () => token(alg, "x").sign(ours.privateKey)],
    [
      "signed with the public key as a secret",
      async () =>
        token("HS256", kid).sign(new TextEncoder().encode(JSON.stringify(await exportJWK(ours.publicKey)))),
    ],
  ])("a token that is %s is 401", async (_what, made) => {
    const bad = await made();

    const { result, codes, ran } = await guarding(local, (port) => refusal(port, bearer(bad)));

    expectFailure(result.response, "unauthorized");
    expect([codes, ran]).toEqual([["unauthorized"], []]);
  });

  describe("that an issuer serves", () => {
    let broken = false;
    const server = http.createServer((_request, response) => {
      response.statusCode = broken ? 503 : 200;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(served));
    });
    let url: URL;

    beforeAll(async () => {
      await once(server.listen(0, "127.0.0.1"), "listening");
      url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/jwks.json`);
    });

    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    test.each([
      { state: "answers with an error", setUp: () => (broken = true), where: () => url },
      {
        state: "is out of reach",
        setUp: () => undefined,
        where: () => new URL("http://127.0.0.1:2/jwks.json"),
      },
    ])(
      "a token is 500 while it $state, because nobody can say, and is let in afterwards",
      async ({ setUp, where }) => {
        const good = await token(alg, kid).sign(ours.privateKey);
        const verifying = (at: URL): Authorize => {
          const keys = createRemoteJWKSet(at);
          return bearerToken((asking) => jwtVerify(asking, keys, { ...claims, algorithms: [alg] }));
        };
        setUp();

        const down = await guarding(
          verifying(where()),
          async (port) => (await refusal(port, bearer(good))).response,
        );
        broken = false;
        const up = await guarding(verifying(url), (port) => attempts(port, bearer(good)));

        expectFailure(down.result, "function-failed");
        expect([down.codes, down.ran]).toEqual([["function-failed"], []]);
        expect(down.reports).toContain("authorize threw: ");
        for (const response of up.result) expectSuccess(response);
      },
    );
  });
});

describe("a verify of another library", () => {
  test.each<[string, VerifyToken, number]>([
    ["true", () => true, 200],
    ["an object", () => Promise.resolve({ sub: "flink" }), 200],
    ["false", () => Promise.resolve(false), 401],
    ["nothing", () => JSON.parse("null") as boolean, 401],
    ["a text", () => JSON.parse('"no"') as boolean, 401],
  ])("that says %s lets the token in or not", async (_what, verify, status) => {
    const { result } = await guarding(bearerToken(verify), async (port) => refusal(port, bearer("t")));

    expect(result.response.status).toBe(status);
  });

  test("that throws something else than an error cannot decide", async () => {
    const authorize = bearerToken(() => new Promise((_resolve, reject) => setImmediate(reject)));

    const { result, codes } = await guarding(authorize, (port) => refusal(port, bearer("t")));

    expectFailure(result.response, "function-failed");
    expect(codes).toEqual(["function-failed"]);
  });

  test("that is none is refused when defined", () => {
    expect(() => bearerToken(JSON.parse("null") as VerifyToken)).toThrow(
      "[invalid-argument] bearerToken: verify is not a function that takes a token",
    );
  });
});

function changed(signed: string): string {
  const [header, payload = "", mac] = signed.split(".");
  const other = { ...(JSON.parse(Buffer.from(payload, "base64url").toString()) as object), admin: true };
  return [header, base64url.encode(JSON.stringify(other)), mac].join(".");
}
