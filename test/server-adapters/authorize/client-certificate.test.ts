import https from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import express from "express";
import {
  clientCertificate,
  type Authorize,
  type CertificateNames,
  type ClientCertificate,
} from "statefun/authorize";
import { serve as serveExpress } from "statefun/express";
import { serve } from "statefun/node";
import { expectFailure, expectSuccess } from "../expectations.js";
import { hi } from "../requests.js";
import { RawClient, type RawResponse } from "../raw-client.js";
import { Authority, type Identity, type Named } from "./certificates.js";
import { attempt, guarding, type Guarded } from "./guarded.js";

let ours: Authority;
let foreign: Authority;
let server: Identity;

beforeAll(() => {
  [ours, foreign] = [new Authority("ours"), new Authority("foreign")];
  server = ours.issue({ subject: "/CN=localhost", altNames: ["DNS.1=localhost"] });
});

afterAll(() => {
  ours.close();
  foreign.close();
});

const flink: Named = { subject: "/C=DE/O=Example/CN=flink", altNames: ["URI.1=spiffe://example/flink"] };

/** The hosts: they ask for a certificate, and decide themselves what to do with a client that has none. */
const hosts: readonly { host: string; guarded: (rejectUnauthorized: boolean) => Guarded }[] = [
  {
    host: "node:https",
    guarded: (rejectUnauthorized) => (functions, authorize) =>
      https.createServer(
        { ...server, ca: ours.cert, requestCert: true, rejectUnauthorized },
        serve(functions, { authorize }),
      ),
  },
  {
    host: "Express",
    guarded: (rejectUnauthorized) => (functions, authorize) =>
      https.createServer(
        { ...server, ca: ours.cert, requestCert: true, rejectUnauthorized },
        express().use("/statefun", serveExpress(functions, { authorize })),
      ),
  },
];

async function send(port: number, identity?: Identity): Promise<RawResponse> {
  const client = await RawClient.connect({ port, tls: { ca: ours.cert, ...identity } });
  const response = await attempt(client, {});
  await client.hangUp();
  return response;
}

describe.each(hosts)("on $host", ({ guarded }) => {
  test.each<[string, CertificateNames]>([
    ["its common name", { commonName: "flink" }],
    ["one of several common names", { commonName: ["other", "flink"] }],
    ["its alternative name", { altName: "URI:spiffe://example/flink" }],
    ["its subject", { subject: "C=DE,O=Example,CN=flink" }],
    [
      "all of them",
      { commonName: "flink", altName: "URI:spiffe://example/flink", subject: "C=DE,O=Example,CN=flink" },
    ],
  ])("a client is let in by %s", async (_what, names) => {
    const client = ours.issue(flink);

    const { result, codes, ran } = await guarding(
      clientCertificate(names),
      (port) => send(port, client),
      guarded(true),
    );

    expectSuccess(result);
    expect([codes, ran]).toEqual([[], ["hi"]]);
  });

  test.each<[string, CertificateNames]>([
    ["another common name", { commonName: "flink2" }],
    ["a common name in other letter case", { commonName: "Flink" }],
    ["an alternative name of another kind", { altName: "DNS:spiffe://example/flink" }],
    ["an alternative name without its kind", { altName: "spiffe://example/flink" }],
    ["a part of the subject", { subject: "CN=flink" }],
    [
      "its common name, but another alternative name",
      { commonName: "flink", altName: "URI:spiffe://example/other" },
    ],
  ])("a client is refused where %s is wanted, and nothing runs", async (_what, names) => {
    const client = ours.issue(flink);

    const { result, codes, reports, ran } = await guarding(
      clientCertificate(names),
      (port) => send(port, client),
      guarded(true),
    );

    expectFailure(result, "unauthorized");
    expect([codes, ran]).toEqual([["unauthorized"], []]);
    expect(reports).toContain("the client certificate has another ");
  });

  test("a client of a foreign authority, one without a certificate, and a self-made one are refused by a host that lets them connect", async () => {
    const strangers = [foreign.issue(flink), undefined, { key: server.key, cert: server.cert }];

    const { result, codes, ran } = await guarding(
      clientCertificate({ commonName: "flink" }),
      async (port) => [
        await send(port, strangers[0]),
        await send(port, strangers[1]),
        await send(port, strangers[2]),
      ],
      guarded(false),
    );

    for (const response of result) expectFailure(response, "unauthorized");
    expect([codes, ran]).toEqual([["unauthorized", "unauthorized", "unauthorized"], []]);
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a session of %s that is resumed", (version) => {
  test.each([
    { who: "a client with our certificate", status: 200, identity: () => ours.issue(flink) },
    { who: "a client with a foreign certificate", status: 401, identity: () => foreign.issue(flink) },
    { who: "a client without one", status: 401, identity: () => undefined },
  ])("shows $who as it was", async ({ identity, status }) => {
    const agent = new https.Agent({
      ca: ours.cert,
      servername: "localhost",
      maxCachedSessions: 10,
      ...identity(),
    });

    const { result } = await guarding(
      clientCertificate({ commonName: "flink" }),
      async (port) => [
        await post(agent, port, version),
        await post(agent, port, version),
        await post(agent, port, version),
      ],
      (hosts[0] as (typeof hosts)[number]).guarded(false),
    );
    agent.destroy();

    expect(result.map((one) => one.status)).toEqual([status, status, status]);
    expect(result.at(-1)?.resumed).toBe(true);
  });
});

/** One request on a connection of its own, so that the next may resume its session. */
function post(
  agent: https.Agent,
  port: number,
  version: "TLSv1.2" | "TLSv1.3",
): Promise<{ status: number | undefined; resumed: boolean }> {
  return new Promise((resolve, reject) => {
    const versions = { minVersion: version, maxVersion: version };
    const request = https.request(
      { agent, host: "127.0.0.1", port, method: "POST", ...versions },
      (response) => {
        const { socket } = response;
        response.resume().on("end", () => {
          resolve({ status: response.statusCode, resumed: "isSessionReused" in socket && isReused(socket) });
        });
      },
    );
    request.on("error", reject).end(hi);
  });
}

function isReused(socket: object): boolean {
  return (socket as { isSessionReused(): boolean }).isSessionReused();
}

describe("what a certificate says is told without room for a second reading:", () => {
  const seen = async (named: Named): Promise<ClientCertificate | undefined> => {
    const client = ours.issue(named);
    let certificate: ClientCertificate | undefined;
    const look: Authorize = (request) => {
      certificate = request.clientCertificate();
      return true;
    };
    await guarding(look, (port) => send(port, client), (hosts[0] as (typeof hosts)[number]).guarded(true));
    return certificate;
  };

  test("a common name with a newline and a comma stays one, and the subject escapes them", async () => {
    expect(await seen({ subject: "/O=Ex,ample/CN=flink\nCN=root" })).toEqual({
      subject: "O=Ex\\,ample,CN=flink\\0ACN=root",
      commonName: "flink\nCN=root",
      altNames: [],
    });
  });

  test("of several common names none is taken for the one", async () => {
    const certificate = await seen({ subject: "/CN=flink/CN=other" });

    expect(certificate?.commonName).toBeUndefined();
    expect(certificate?.subject).toBe("CN=flink,CN=other");
  });

  test("a name of two attributes shows both", async () => {
    const certificate = await seen({ subject: "/OU=a+CN=flink" });

    expect(certificate?.subject).toMatch(/^(OU=a \+ CN=flink|CN=flink \+ OU=a)$/);
    expect(certificate?.commonName).toBe("flink");
  });

  test("an alternative name that looks like two is one", async () => {
    const altNames = [
      "URI.1=http://a/, DNS:flink.example",
      'URI.2=http://a/\\"b',
      "DNS.1=b.example",
      "IP.1=10.0.0.1",
    ];

    const certificate = await seen({
      subject: "/CN=x",
      altNames: [...altNames, "email.1=a@b.example", "dirName.1=directory"],
    });

    expect(certificate?.altNames).toEqual([
      "URI:http://a/, DNS:flink.example",
      'URI:http://a/"b',
      "DNS:b.example",
      "IP Address:10.0.0.1",
      "email:a@b.example",
      "DirName:CN=inner",
    ]);
  });

  test("a certificate without a subject has an empty one, and no common name", async () => {
    expect(await seen({ subject: "/", altNames: ["DNS.1=flink"] })).toEqual({
      subject: "",
      commonName: undefined,
      altNames: ["DNS:flink"],
    });
  });
});

test("without TLS there is no certificate, and nobody is let in", async () => {
  const { result, codes } = await guarding(clientCertificate({ commonName: "flink" }), async (port) =>
    attempt(await RawClient.connect({ port }), {}),
  );

  expectFailure(result, "unauthorized");
  expect(codes).toEqual(["unauthorized"]);
});

test.each<[string, CertificateNames, RegExp]>([
  ["no name", {}, /names nobody: give commonName, altName or subject/],
  ["an empty list", { commonName: [] }, /commonName is an empty list/],
  ["an empty name", { commonName: "flink", altName: [""] }, /altName has a value that is not a text/],
  ["something else than a text", JSON.parse('{"subject":7}') as CertificateNames, /subject has a value/],
])("a check of certificates cannot be defined with %s", (_what, names, problem) => {
  expect(() => clientCertificate(names)).toThrow(problem);
  expect(() => clientCertificate(names)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});
