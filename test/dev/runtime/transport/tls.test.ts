import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TLSSocket } from "node:tls";
import { parse } from "yaml";
import { z } from "zod";
import { realClock } from "../../../../dev/runtime/real-clock.js";
import { endpointFromSpec } from "../../../../dev/runtime/transport/endpoint-from-spec.js";
import type { Transport } from "../../../../dev/runtime/transport/transport.js";
import { address, request } from "./called-server.js";
import { RecordedOutcome } from "./outcomes.js";
import { answer, ok, ScriptedServer, type Reply } from "./scripted-server.js";
import { TlsFiles } from "./tls-files.js";

const Case = z.object({
  name: z.string(),
  transport: z.string(),
  serverAsksForClientCertificate: z.boolean(),
  called: z.boolean(),
  version: z.string().optional(),
  protocol: z.string().optional(),
  sni: z.string().nullish(),
  client: z.string().nullish(),
  job: z.enum(["RUNNING", "FAILED"]),
  causes: z.array(z.string()).optional(),
});

const recorded = z
  .object({ cases: z.array(Case) })
  .parse(JSON.parse(readFileSync(path.resolve(__dirname, "../../../vectors/tls.json"), "utf8")));

let files: TlsFiles;
let servers: TlsServer[] = [];

beforeAll(() => {
  files = new TlsFiles(mkdtempSync(path.join(tmpdir(), "statefun-tls-")));
});

afterEach(async () => {
  for (const { scripted } of servers) await scripted.close();
  servers = [];
});

afterAll(() => {
  rmSync(files.folder, { recursive: true });
});

/** What a server saw of the last connection that brought a request. */
interface Seen {
  version: string | undefined;
  protocol: string | null;
  sni: string | null;
  client: string | null;
}

interface TlsServer {
  readonly scripted: ScriptedServer;
  readonly port: string;
  readonly seen: Seen[];
  /** Handshakes that failed. */
  failures: number;
}

async function tlsServer(asksForCertificate: boolean, replies: readonly Reply[] = [ok]): Promise<TlsServer> {
  const seen: Seen[] = [];
  const noted = replies.map((reply): Reply => {
    return (socket, received) => {
      if (!(socket instanceof TLSSocket)) throw new Error("no TLS");
      const name: unknown = Reflect.get(socket, "servername");
      const { subject } = socket.getPeerCertificate() as { readonly subject?: { readonly CN: string } };
      seen.push({
        version: /HTTP\/(\S+)$/.exec(received.head[0] ?? "")?.[1],
        protocol: socket.getProtocol(),
        sni: typeof name === "string" ? name : null,
        client: subject?.CN ?? null,
      });
      reply(socket, received);
    };
  });
  const scripted = new ScriptedServer(noted, {
    key: files.read("server.key"),
    cert: files.read("server.pem"),
    ca: files.read("ca.pem"),
    requestCert: asksForCertificate,
    rejectUnauthorized: asksForCertificate,
  });
  await scripted.listen();
  const server: TlsServer = { scripted, seen, port: scripted.host.split(":")[1] ?? "", failures: 0 };
  scripted.server.on("tlsClientError", () => {
    server.failures++;
  });
  servers.push(server);
  return server;
}

function transportTo(
  host: string,
  type: "async" | "okhttp",
  properties: Readonly<Record<string, unknown>>,
  addressMap?: ReadonlyMap<string, string>,
): Transport {
  return endpointFromSpec(
    {
      functions: { namespace: "example", name: "a" },
      urlPathTemplate: `https://${host}/statefun`,
      maxNumBatchRequests: 1000,
      transport: { type, properties },
    },
    { clock: realClock(), addressMap },
  ).transportFor(address);
}

async function outcomeOf(transport: Transport): Promise<RecordedOutcome> {
  const outcome = new RecordedOutcome();
  transport.call(address, request, outcome);
  await outcome.settled;
  await transport.close();
  return outcome;
}

const Properties = z.record(z.string(), z.unknown());

describe("as recorded from a cluster:", () => {
  test.each(recorded.cases.map((each) => [each.name, each] as const))(
    "%s",
    async (name, each) => {
      const server = await tlsServer(each.serverAsksForClientCertificate);
      const properties = Properties.parse(parse(each.transport.replaceAll("${DIR}", files.folder)));
      const type = name.startsWith("okhttp") ? "okhttp" : "async";

      // A case that ends before anything is sent ends when the transport is made.
      const isFatalAtOnce = each.causes !== undefined && each.causes[0]?.includes("invoke function") !== true;
      const make = (): Transport => transportTo(`localhost:${server.port}`, type, properties);
      if (isFatalAtOnce) {
        expect(make).toThrow(expect.objectContaining({ code: "invalid-transport" }));
      } else {
        const outcome = await outcomeOf(make());

        expect(outcome.reports.map((report) => (report instanceof Error ? "FAILED" : "RUNNING"))).toEqual([
          each.job,
        ]);
        if (each.job === "FAILED") {
          // As often as a refused connection within 3 s: it is retried like one.
          expect(outcome.error).toMatchObject({ code: "call-failed" });
          expect(outcome.error.message).toMatch(/(9|10|11) attempts in 3(\.\d)? s/);
          expect(server.failures).toBeGreaterThanOrEqual(
            type === "async" && each.serverAsksForClientCertificate ? 9 : 0,
          );
        }
      }

      const { version, protocol, sni, client } = each;
      expect(server.scripted.requests).toHaveLength(each.called ? 1 : 0);
      expect(server.seen).toEqual(each.called ? [{ version, protocol, sni, client }] : []);
    },
    60_000,
  );
});

describe("the properties of TLS", () => {
  test.each([
    ["client_cert without client_key", { client_cert: "client.pem" }, "client_key is not"],
    ["a key that is not PKCS#8", { client_cert: "client.pem", client_key: "client.pkcs1.key" }, "PKCS#8"],
    ["a file that is no key", { client_cert: "client.pem", client_key: "garbage" }, "without a private key"],
    ["a file that is no certificate", { trust_cacerts: "garbage" }, "trust_cacerts.*without a certificate"],
    [
      "a wrong password",
      { client_cert: "client.pem", client_key: "client.old.key", client_key_password: "password.wrong" },
      "client_key.*cannot be used",
    ],
    [
      "a password for a key that has none",
      { client_cert: "client.pem", client_key: "client.key", client_key_password: "password" },
      "client_key_password.*not encrypted",
    ],
    [
      "an encrypted key without a password",
      { client_cert: "client.pem", client_key: "client.old.key" },
      "is encrypted",
    ],
    [
      "a key of another certificate",
      { client_cert: "client.pem", client_key: "server.key" },
      "cannot be used",
    ],
  ])("%s is refused, by name", (_, named, why) => {
    const properties = Object.fromEntries(
      Object.entries(named).map(([key, name]) => [key, path.join(files.folder, name)]),
    );

    expect(() => transportTo("localhost:1", "async", properties)).toThrow(new RegExp(why));
  });

  test("a location on the class path or on another host is refused, by name", () => {
    expect(() => transportTo("localhost:1", "async", { trust_cacerts: "classpath:ca.pem" })).toThrow(
      /\[invalid-transport\].*trust_cacerts.*class path/,
    );
    expect(() => transportTo("localhost:1", "async", { trust_cacerts: "https://a.example/ca.pem" })).toThrow(
      /\[invalid-transport\].*trust_cacerts.*only paths/,
    );
  });
});

test("a name with a dot is sent as SNI, and an address that is redirected keeps its name and its host field", async () => {
  const server = await tlsServer(false);
  const map = new Map([["functions.example:8443", `127.0.0.1:${server.port}`]]);
  const properties = { trust_cacerts: path.join(files.folder, "ca.pem") };

  const outcome = await outcomeOf(transportTo("functions.example:8443", "async", properties, map));

  expect(outcome.response).toMatchObject({ kind: "result" });
  expect(server.seen).toMatchObject([{ sni: "functions.example" }]);
  expect(server.scripted.requests[0]?.head).toContain("host: functions.example:8443");
});

test("over TLS too a failed attempt is tried again, and a connection is used again after a success", async () => {
  const server = await tlsServer(false, [ok, ok, answer("500 Oh"), ok]);
  const properties = { trust_cacerts: path.join(files.folder, "ca.pem") };
  const transport = transportTo(`localhost:${server.port}`, "async", properties);
  const outcomes = [new RecordedOutcome(), new RecordedOutcome(), new RecordedOutcome()];

  for (const outcome of outcomes) {
    transport.call(address, request, outcome);
    await outcome.settled;
  }
  await transport.close();

  expect(outcomes.map(({ response }) => response.kind)).toEqual(["result", "result", "result"]);
  expect(server.scripted.requests.map(({ connection }) => connection)).toEqual([1, 1, 1, 2]);
});
