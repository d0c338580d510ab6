import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { freePorts } from "../../../dev/cluster/ports.js";
import { folderInRepository, startStatefun, type Running } from "../statefun-process.js";

/** The command starts a process through the TypeScript loader, on a machine that may be doing much else. */
const limitMillis = 240_000;

const functions = `
import { functionType, statefulFunction, types } from "statefun";

export const counter = statefulFunction(functionType("test/counter", [types.int]), {
  storage: { total: types.int },
  on: {
    [types.int.typename](context, n) {
      context.storage.total.update((before = 0) => before + n);
    },
  },
});
`;

const endpoint = `kind: io.statefun.endpoints.v2/http
spec:
  functions: other/*
  urlPathTemplate: http://127.0.0.1:1/
`;

function withEgress(port: number): string {
  return `${endpoint}---
kind: io.statefun.playground.v1/egress
spec: { port: ${String(port)}, topics: [greetings] }
`;
}

interface Started {
  readonly run: Running;
  readonly module: string;
  /** Sends a number to the counter, and gives the status of the answer. */
  readonly count: (n: number) => Promise<number>;
  /** What the counter holds. */
  readonly total: () => Promise<number | undefined>;
}

async function started(options: readonly string[]): Promise<Started> {
  const folder = folderInRepository();
  const module = path.join(folder, "module.yaml");
  const file = path.join(folder, "functions.ts");
  writeFileSync(module, endpoint);
  writeFileSync(file, functions);
  const run = startStatefun(["dev", module, file, "--watch", "--port", "0", "--api-port", "0", ...options]);
  await run.said("Ctrl-C ends it");
  const [http = ""] = /http:\/\/127\.0\.0\.1:\d+(?=\/<)/.exec(run.stdout()) ?? [];
  const [, api = ""] = /API +(http:\/\/127\.0\.0\.1:\d+)/.exec(run.stdout()) ?? [];
  return {
    run,
    module,
    async count(n) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${http}/test/counter/a`, { method: "POST", headers, body: String(n) });
      await response.arrayBuffer();
      return response.status;
    },
    async total() {
      const response = await fetch(`${api}/api/v1/address?typename=test/counter&id=a`);
      const { states } = (await response.json()) as { states: { value?: { value: number } }[] };
      return states[0]?.value?.value;
    },
  };
}

const servers: { close: () => unknown }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test(
  "a module file that changes is run instead of the one before, with the state, at the same ports",
  async () => {
    const { run, module, count, total } = await started([]);
    const [port = 0] = await freePorts(1);
    const before = await count(1);

    writeFileSync(module, withEgress(port));
    await run.said("Loaded again");
    const fetched = await fetch(`http://127.0.0.1:${String(port)}/greetings`);
    const after = await count(2);

    expect([before, after, fetched.status, await total()]).toEqual([202, 202, 404, 3]);
    run.signal("SIGINT");
    expect(await run.ended).toBe(0);
  },
  limitMillis,
);

test(
  "a module that is wrong, or cannot be started, is told with the reason, and the one before goes on",
  async () => {
    const { run, module, count, total } = await started(["--memory"]);
    const other = createServer().listen(0);
    servers.push(other);
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await count(1);

    writeFileSync(module, "kind: io.statefun.endpoint.v2/http\n");
    await run.said("The module cannot be run:");
    const whileWrong = await count(2);
    writeFileSync(module, withEgress(port));
    await run.said(`cannot listen on port ${String(port)}`);
    writeFileSync(module, endpoint);
    await run.said("Loaded again");
    const mended = await count(3);

    expect([whileWrong, mended, await total()]).toEqual([202, 202, 6]);
    expect(run.stdout()).toContain("io.statefun.endpoint.v2/http");
    run.signal("SIGINT");
    expect(await run.ended).toBe(0);
  },
  limitMillis,
);
