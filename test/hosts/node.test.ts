import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { clientCertificate } from "statefun/authorize";
import { serve } from "statefun/node";
import { expectFailure, expectSuccess } from "../server-adapters/expectations.js";
import { nodeHost, onHost, portOf, served, type Listen } from "../server-adapters/host.js";
import { exchange, head, RawClient, type ClientTls } from "../server-adapters/raw-client.js";
import { hi } from "../server-adapters/requests.js";
import { adapterSuite } from "../server-adapters/suite.js";
import { newCertificates } from "./certificates.js";

adapterSuite(`on Node ${process.versions.node}: http`, nodeHost(serve));

const onSocket: Listen = async (listener) => {
  const folder = mkdtempSync(path.join(tmpdir(), "statefun-socket-"));
  const socketPath = path.join(folder, "functions.sock");
  const server = http.createServer(listener).listen(socketPath);
  server.once("close", () => {
    rmSync(folder, { recursive: true });
  });
  await once(server, "listening");
  return served(server, { socketPath });
};
adapterSuite("on Node: http on a Unix domain socket", nodeHost(serve, onSocket));

describe("on Node: http on a Unix domain socket", () => {
  test("what the cluster sends to an endpoint http+unix:/functions.sock/statefun is served", async () => {
    const { result, log } = await onHost(nodeHost(serve, onSocket), {}, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      const request = head("POST /%2Fstatefun", { "content-length": hi.length });
      void client.send(request.replace("host: localhost", "Host: unused"), hi);
      const response = await client.response();
      await client.hangUp();
      return response;
    });

    expectSuccess(result);
    expect(log).toEqual(["ran hi"]);
  });
});

const { ca, server: identity, client, stranger } = newCertificates();
const withMutualTls =
  (tls: ClientTls): Listen =>
  async (listener) => {
    const options = { ...identity, ca, requestCert: true, rejectUnauthorized: true };
    const server = https.createServer(options, listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    return served(server, { port: portOf(server), tls });
  };
adapterSuite("on Node: https with mutual TLS", nodeHost(serve, withMutualTls({ ca, ...client })));

describe("on Node: https with mutual TLS", () => {
  test.each([
    { name: "no certificate", tls: { ca } },
    { name: "a certificate of another authority", tls: { ca, ...stranger } },
  ])("a client with $name is refused before anything is served", async ({ tls }) => {
    const { result, log } = await onHost(nodeHost(serve, withMutualTls(tls)), {}, async (host) => {
      // TLS 1.3 lets the client finish before the server has judged its certificate.
      const connection = await RawClient.connect(host.endpoint);
      const refusal = exchange(connection, hi);
      return refusal.catch((error: unknown) => String(error));
    });

    expect(result).toMatch(/closed|alert|ECONNRESET/i);
    expect(log).toEqual([]);
  });

  test.each([
    { name: "CN=flink", commonName: "flink", expected: 200 },
    { name: "another subject", commonName: "other", expected: 401 },
  ])("authorize sees the subject of the client: $name is $expected", async ({ commonName, expected }) => {
    const authorize = clientCertificate({ commonName });
    const start = nodeHost((functions) => serve(functions, { authorize }), withMutualTls({ ca, ...client }));

    const { result } = await onHost(start, {}, async (host) =>
      exchange(await RawClient.connect(host.endpoint), hi),
    );

    if (expected === 200) expectSuccess(result);
    else expectFailure(result, "unauthorized");
  });
});
