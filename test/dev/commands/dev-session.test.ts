import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { noFunctions } from "../../../dev/commands/dev-functions.js";
import { startSession, type SessionPlan } from "../../../dev/commands/dev-session.js";
import { readModuleWithWarnings } from "../../../dev/module/read-module.js";
import { temporaryFolder } from "../temporary-folder.js";

function planIn(recordFolder: string): SessionPlan {
  return {
    read: undefined,
    functions: noFunctions,
    dataFolder: undefined,
    recordFolder,
    sync: false,
    host: "127.0.0.1",
    port: 0,
    apiPort: 0,
    token: undefined,
    addressMap: new Map(),
    onFatal: "stop",
    inputs: [],
    destinations: { files: new Map(), webhooks: new Map() },
    heard: () => undefined,
  };
}

test("a port that another program holds is an error, and no session", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;

  const starting = startSession({ ...planIn(temporaryFolder()), port });

  await expect(starting).rejects.toMatchObject({
    code: "io-failed",
    message: expect.stringContaining(`cannot listen on port ${String(port)}`),
  });
  other.close();
});

test("where the record of a session cannot be written, its API lets go of its port", async () => {
  const recordFolder = temporaryFolder();
  mkdirSync(join(recordFolder, "runtime.json"));
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  other.close();
  await once(other, "close");

  const starting = startSession({ ...planIn(recordFolder), apiPort: port });
  await expect(starting).rejects.toThrow("runtime.json");
  const again = createServer().listen(port, "127.0.0.1");
  await once(again, "listening");

  expect(again.listening).toBe(true);
  again.close();
});

test("while the brokers of a module are away, its HTTP ingress listens and says that the runtime is stopped", async () => {
  const read = readModuleWithWarnings(`kind: io.statefun.endpoints.v2/http
spec:
  functions: example/*
  urlPathTemplate: http://127.0.0.1:1/x
---
kind: io.statefun.kafka.v1/ingress
spec:
  id: example/in
  address: 127.0.0.1:1
  consumerGroupId: group
  topics: [{ topic: t, valueType: example/a, targets: [example/b] }]
`);
  const session = await startSession({ ...planIn(temporaryFolder()), read });

  const answer = await fetch(`${session.httpIngress?.url ?? ""}/example/b/1`, { method: "POST", body: "{}" });

  expect(answer.status).toBe(503);
  await session.close();
});
