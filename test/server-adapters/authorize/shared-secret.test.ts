import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "@jest/globals";
import { headerSecret, pathSecret, type Authorize } from "statefun/authorize";
import { expectFailure, expectSuccess } from "../expectations.js";
import { batchHead, RawClient } from "../raw-client.js";
import { attempts, guarding, hosts, refusal, textOf, type Attempt } from "./guarded.js";

const old = "4fd1c2a90e6b7f3852d04c9be1a7763f";
const current = "N7b-Qx_2.vKc~Zp0sL4gWt9HyE3mRd8u";
const wrong = "0123456789abcdef0123456789abcdef";
const secrets = [old, current];

const ways: readonly {
  way: string;
  authorize: Authorize;
  good: (secret: string) => Attempt;
  bad: Readonly<Record<string, Attempt>>;
}[] = [
  {
    way: "headerSecret, as a bearer token",
    authorize: headerSecret(secrets),
    good: (secret) => ({ headers: [`Authorization: bearer ${secret}`] }),
    bad: {
      "no header": {},
      "another secret": { headers: [`authorization: Bearer ${wrong}`] },
      "a secret that is cut short": { headers: [`authorization: Bearer ${current.slice(0, -1)}`] },
      "a secret with more behind it": { headers: [`authorization: Bearer ${current}0`] },
      "a secret in other letter case": { headers: [`authorization: Bearer ${current.toLowerCase()}`] },
      "both secrets": { headers: [`authorization: Bearer ${old}${current}`] },
      "no secret": { headers: ["authorization: Bearer "] },
      "another scheme": { headers: [`authorization: Basic ${current}`] },
      "no scheme": { headers: [`authorization: ${current}`] },
      "two headers, the first of them good": {
        headers: [`authorization: Bearer ${current}`, `authorization: Bearer ${wrong}`],
      },
      "two headers, both good": {
        headers: [`authorization: Bearer ${current}`, `authorization: Bearer ${current}`],
      },
      "the secret in another header": { headers: [`x-authorization: Bearer ${current}`] },
      "the secret in the path": { path: `/statefun/${current}` },
    },
  },
  {
    way: "headerSecret, in a header of its own",
    authorize: headerSecret(secrets, { header: "X-StateFun-Secret" }),
    good: (secret) => ({ headers: [`x-statefun-secret: ${secret}`] }),
    bad: {
      "no header": {},
      "another secret": { headers: [`x-statefun-secret: ${wrong}`] },
      "an empty header": { headers: ["x-statefun-secret:"] },
      "two headers": { headers: [`x-statefun-secret: ${current}`, `x-statefun-secret: ${current}`] },
      "a bearer token": { headers: [`authorization: Bearer ${current}`] },
    },
  },
  {
    way: "pathSecret",
    authorize: pathSecret(secrets),
    good: (secret) => ({ path: `/statefun/${secret}?${wrong}` }),
    bad: {
      "no secret": { path: "/statefun" },
      "another secret": { path: `/statefun/${wrong}` },
      "a secret that is cut short": { path: `/statefun/${current.slice(1)}` },
      "a slash behind the secret": { path: `/statefun/${current}/` },
      "the secret before the end": { path: `/${current}/statefun` },
      "the secret in the query": { path: `/statefun?/${current}` },
      "nothing but a slash": { path: "/" },
      "a broken escape": { path: `/%zz%2${current}` },
    },
  },
];

describe.each(hosts)("on $host", ({ guarded }) => {
  describe.each(ways)("$way", ({ authorize, good, bad }) => {
    test("lets in who sends any of the secrets", async () => {
      const { result, codes, ran } = await guarding(
        authorize,
        (port) => attempts(port, good(old), good(current)),
        guarded,
      );

      for (const response of result) expectSuccess(response);
      expect([codes, ran]).toEqual([[], ["hi", "hi"]]);
    });

    test.each(Object.entries(bad))(
      "refuses %s with 401 and one report, runs nothing, and resets no connection",
      async (_what, one) => {
        const { result, codes, reports, ran } = await guarding(
          authorize,
          (port) => refusal(port, one),
          guarded,
        );

        expectFailure(result.response, "unauthorized");
        expect(result.ended).toBeUndefined();
        expect([codes, ran]).toEqual([["unauthorized"], []]);
        for (const secret of [old, current, wrong, current.slice(1, -1)]) {
          expect(reports).not.toContain(secret);
          expect(textOf(result.response)).not.toContain(secret);
        }
      },
    );
  });
});

test("pathSecret finds the secret where a cluster escapes the slashes, as on a Unix domain socket", async () => {
  const { result } = await guarding(pathSecret(secrets), (port) =>
    attempts(port, { path: `/%2Fstatefun%2F${current}` }, { path: `/%2fstatefun%2f${old}` }),
  );

  for (const response of result) expectSuccess(response);
});

/** How much is sent between two looks at what is held. */
const measuredBytes = 4 * 1024 * 1024;

/** What buffers hold once those that were thrown away are collected. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect(); // the first one runs finalizers whose memory only the second one frees
  return process.memoryUsage().arrayBuffers;
}

test("a body of 64 MiB from somebody who may not come in is not kept, and the connection is not reset", async () => {
  const size = 64 * 1024 * 1024;
  const piece = Buffer.alloc(1024 * 1024);

  const { result, codes } = await guarding(headerSecret(secrets), async (port) => {
    const client = await RawClient.connect({ port });
    await client.send(batchHead({ "content-length": size }));
    const response = await client.response(); // before any of the body was sent
    const before = heldBytes();
    let most = 0;
    for (let sent = 0; sent < size; sent += piece.length) {
      await client.send(piece);
      if (sent % measuredBytes === 0) most = Math.max(most, heldBytes() - before);
    }
    return { response, most, ended: await client.closed() };
  });

  expectFailure(result.response, "unauthorized");
  expect(result.most).toBeLessThan(size / 4); // what is on its way between the two ends is a few MiB
  expect(result.ended).toBeUndefined();
  expect(codes).toEqual(["unauthorized"]);
});

describe("a check of secrets cannot be defined", () => {
  const hidden = "do not show me";

  test.each<[string, string | readonly string[], RegExp]>([
    ["with an empty secret", "", /the secret has 0 characters, and needs 32 or more/],
    ["with a short secret", hidden, /the secret has 14 characters, and needs 32 or more/],
    ["with one short secret of two", [current, hidden], /secret 2 of 2 has 14 characters/],
    ["with no secret", [], /empty list/],
    ["with a newline in the secret", `${hidden}${current}\n`, /trim what is read from a file|no URL escapes/],
    [
      "with something else than a text",
      JSON.parse("[7]") as string[],
      /the secret is not a string but number/,
    ],
    ["with nothing", JSON.parse("null") as string, /the secret is not a string but object/],
  ])("%s, and the error does not show it", (_what, given, problem) => {
    for (const check of [headerSecret, pathSecret]) {
      const define = (): Authorize => check(given);

      expect(define).toThrow(problem);
      expect(define).toThrow(expect.objectContaining({ code: "invalid-argument" }));
      expect(define).not.toThrow(hidden);
    }
  });

  test("for a path with characters that a URL escapes", () => {
    expect(() => pathSecret(`${current}+/=`)).toThrow(/no URL escapes/);
  });

  test("for a header with an impossible name", () => {
    expect(() => headerSecret(current, { header: "no header" })).toThrow(
      '[invalid-argument] headerSecret: "no header" is not the name of a header',
    );
  });
});
