import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { signatureHeader, signer } from "statefun/authorize";
import { io } from "statefun/proto";
import { parse } from "yaml";
import { fencesOf } from "../../scripts/checks/fences.js";
import { root, startProgram, type Program } from "./program.js";

/** A process of its own compiles the program first, on a machine that may be doing much else. */
const startLimitMillis = 120_000;

const document = readFileSync(path.join(root, "docs/security.md"), "utf8");
const files = fencesOf({ path: "docs/security.md", text: document }).map(({ name = "unnamed.ts", code }) => ({
  name,
  text: code,
}));

const [secret, other] = ["1".repeat(64), "2".repeat(64)];

const batch = Buffer.from(
  io.statefun.sdk.reqreply.ToFunction.encode({
    invocation: {
      target: { namespace: "example", type: "greeter", id: "1" },
      invocations: [
        {
          argument: { typename: "io.statefun.types/string", hasValue: true, value: Buffer.from("\n\x03Ada") },
        },
      ],
    },
  }).finish(),
);
const octetStream = { "content-type": "application/octet-stream" };

async function post(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const response = await fetch(url, { method: "POST", headers: { ...octetStream, ...headers }, body: batch });
  await response.arrayBuffer();
  return response.status;
}

describe("the page on security shows mutual TLS that works:", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "statefun-security-"));
  const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
  let running: Program | undefined;

  beforeAll(async () => {
    for (const [, indent = "", script = ""] of document.matchAll(/^( *)```sh\n([\s\S]*?)^ *```$/gm)) {
      const commands = script.replaceAll(new RegExp(`^${indent}`, "gm"), "");
      execFileSync("sh", ["-e", "-c", commands], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    }
    running = await startProgram(files, { entry: "mutual-tls.ts", env: { CERTIFICATES: folder } });
  }, startLimitMillis);

  afterAll(async () => {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A client as the async transport is one: HTTP/1.1, the chain checked, the name of the host not. */
  const cluster = (tls: https.RequestOptions): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(running?.url ?? "");
      const options = { host: "127.0.0.1", port, path: "/statefun", method: "POST", headers: octetStream };
      https
        .request(
          { ...options, agent: false, ca: read("ca.pem"), checkServerIdentity: () => undefined, ...tls },
          (response) => {
            response.resume().once("end", () => {
              resolve(response.statusCode);
            });
          },
        )
        .once("error", reject)
        .end(batch);
    });

  test("the files that the module names are made by the commands, in the forms that a cluster reads", () => {
    const named = endpoints().flatMap(({ trust_cacerts, client_cert, client_key }) =>
      [trust_cacerts, client_cert, client_key].filter((name) => name !== undefined),
    );

    expect(named.map((name) => existsSync(path.join(folder, path.basename(name))))).toEqual([
      true,
      true,
      true,
    ]);
    expect(read("flink.key")).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(read("flink.encrypted.key")).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(read("flink.password")).toMatch(/^[0-9a-f]{32}$/);
    expect(
      execFileSync("openssl", ["asn1parse", "-in", path.join(folder, "flink.encrypted.key")]).toString(),
    ).not.toContain("PBES2");
  });

  test("the cluster's certificate is let in", async () => {
    expect(await cluster({ cert: read("flink.pem"), key: read("flink.key") })).toBe(200);
  });

  test("the key with a password is the same", async () => {
    const status = await cluster({
      cert: read("flink.pem"),
      key: read("flink.encrypted.key"),
      passphrase: read("flink.password"),
    });

    expect(status).toBe(200);
  });

  test("another client of the same authority is 401", async () => {
    const openssl = (command: string): Buffer =>
      execFileSync("openssl", command.split(" "), { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    openssl(
      "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -keyout other.key -out other.csr",
    );
    openssl("x509 -req -in other.csr -CA ca.pem -CAkey ca.key -days 2 -extfile flink.ext -out other.pem");

    expect(await cluster({ cert: read("other.pem"), key: read("other.key") })).toBe(401);
  });

  test("the certificate of the endpoint makes nobody a client", async () => {
    const status = cluster({ cert: read("functions.pem"), key: read("functions.key") });

    expect(await status.catch(codeOf)).toMatch(/ERR_SSL|ECONNRESET|EPIPE/);
  });

  test("a client without a certificate gets no connection", async () => {
    expect(await cluster({}).catch(codeOf)).toMatch(/ERR_SSL|ECONNRESET|EPIPE/);
  });

  test("a client that trusts another authority does not send", async () => {
    const ca = [read("functions.pem")];

    expect(await cluster({ ca, cert: read("flink.pem"), key: read("flink.key") }).catch(codeOf)).toMatch(
      /UNABLE_TO|SELF_SIGNED/,
    );
  });

  test("the name that the cluster does not check is there for those that do", () => {
    const certificate = new X509Certificate(read("functions.pem"));

    expect(certificate.checkHost("functions.example")).toBe("functions.example");
  });
});

describe("the page on security shows a secret in the path that works:", () => {
  let running: Program | undefined;

  beforeAll(async () => {
    running = await startProgram(files, {
      entry: "path-secret.ts",
      env: { STATEFUN_SECRETS: `${secret},${other}` },
    });
  }, startLimitMillis);

  afterAll(() => running?.stop());

  test("either secret is let in, at the path of the module, and nothing else", async () => {
    const url = running?.url ?? "";
    const template = endpoints().map(({ urlPathTemplate }) => urlPathTemplate)[1] ?? "";
    const pathOf = (value: string): string =>
      new URL(template.replace("${STATEFUN_SECRET}", value)).pathname.slice(1);

    const statuses = [secret, other, "3".repeat(64), ""].map((value) => post(url + pathOf(value)));

    expect(await Promise.all(statuses)).toEqual([200, 200, 401, 401]);
  });
});

describe("the page on security shows a signing proxy that works:", () => {
  let functions: Program | undefined;
  let proxy: Program | undefined;
  let stranger: Program | undefined;

  beforeAll(async () => {
    functions = await startProgram(files, {
      entry: "signed.ts",
      env: { STATEFUN_SECRETS: `${secret},${other}` },
    });
    const inFront = (own: string): Promise<Program> =>
      startProgram(files, {
        entry: "signing-proxy.ts",
        env: { ENDPOINT: functions?.url ?? "", STATEFUN_SECRET: own },
      });
    [proxy, stranger] = await Promise.all([inFront(other), inFront("3".repeat(64))]);
  }, 2 * startLimitMillis);

  afterAll(async () => {
    await Promise.all([proxy?.stop(), stranger?.stop(), functions?.stop()]);
  });

  test("what passes through it is served", async () => {
    expect(await post(proxy?.url ?? "")).toBe(200);
  });

  test("what passes through a proxy with another secret is 401, and so is what passes it by", async () => {
    expect(await post(stranger?.url ?? "")).toBe(401);
    expect(await post(functions?.url ?? "")).toBe(401);
  });

  test("a recorded signature is 401 once it is older than the page says", async () => {
    const signAt = (seconds: number): Promise<string> =>
      signer(secret)(batch, new Date(Date.now() - seconds * 1000));

    const young = await post(functions?.url ?? "", { [signatureHeader]: await signAt(0) });
    const old = await post(functions?.url ?? "", { [signatureHeader]: await signAt(32) });

    expect([young, old]).toEqual([200, 401]);
  });

  test(
    "it answers what a cluster retries when the functions are out of reach",
    async () => {
      const lonely = await startProgram(files, {
        entry: "signing-proxy.ts",
        env: { ENDPOINT: "http://127.0.0.1:2/", STATEFUN_SECRET: secret },
      });

      const status = await post(lonely.url).finally(() => lonely.stop());

      expect(status).toBe(502);
    },
    startLimitMillis,
  );
});

interface Endpoint {
  readonly urlPathTemplate: string;
  readonly trust_cacerts?: string;
  readonly client_cert?: string;
  readonly client_key?: string;
}

/** The endpoints of the page, their transports unfolded. */
function endpoints(): Endpoint[] {
  return [...document.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    .map(([, text = ""]) => parse(text) as { kind: string; spec: Endpoint & { transport?: object } })
    .filter(({ kind }) => kind === "io.statefun.endpoints.v2/http")
    .map(({ spec }) => ({ ...spec, ...spec.transport }));
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
