import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { egress, functionType, jsonType, requestReplyHandler, statefulFunction, types } from "statefun";
import { z } from "zod";
import type { Egress } from "../../../../dev/runtime/egress/egress.js";
import { fileEgress } from "../../../../dev/runtime/egress/file.js";
import { playgroundEgress } from "../../../../dev/runtime/egress/playground.js";
import { recordedEgress } from "../../../../dev/runtime/egress/recorded.js";
import { fileIngress } from "../../../../dev/runtime/ingress/file.js";
import { httpIngress } from "../../../../dev/runtime/ingress/http.js";
import type { Ingress } from "../../../../dev/runtime/ingress/ingress.js";
import { knownFunctions } from "../../../../dev/runtime/ingress/known-function.js";
import { playgroundIngress } from "../../../../dev/runtime/ingress/playground.js";
import type { JournalEntry } from "../../../../dev/runtime/journal-entry.js";
import { realClock } from "../../../../dev/runtime/real-clock.js";
import { Runtime } from "../../../../dev/runtime/runtime.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { Store } from "../../../../dev/runtime/store/store.js";
import { inProcessEndpoints } from "../../../../dev/runtime/transport/in-process.js";
import { eventually } from "../../eventually.js";
import { temporaryFolder } from "../../temporary-folder.js";

const Name = jsonType("example/name", z.object({ name: z.string() }));
const Greeting = jsonType("example/greeting", z.object({ greeting: z.string(), seen: z.number() }));
const Fetched = jsonType(
  "io.statefun.playground/EgressRecord",
  z.object({ topic: z.string(), payload: z.string() }),
);
const Greetings = egress("example/greetings", [Greeting]);
const Playground = egress("io.statefun.playground/egress", [Fetched]);

const functions = requestReplyHandler([
  statefulFunction(functionType("example/greeter", [Name]), {
    storage: { seen: types.int },
    on: {
      [Name.typename](context, { name }) {
        const seen = context.storage.seen.update((before = 0) => before + 1);
        context.send(Greetings, Greeting({ greeting: `Hello, ${name}`, seen }));
      },
    },
  }),
  statefulFunction(functionType("example/player", [Name]), {
    on: {
      [Name.typename](context, { name }) {
        context.send(Playground, Fetched({ topic: "greetings", payload: `Hello, ${name}` }));
      },
    },
  }),
]);

const running: Runtime[] = [];

afterEach(async () => {
  for (const runtime of running.splice(0)) await runtime.close();
});

async function started(
  ingress: Ingress,
  egressGiven: Egress,
  store: Store = memoryStore(),
): Promise<{ readonly runtime: Runtime; readonly failures: string[]; readonly told: string[] }> {
  const clock = realClock();
  const failures: string[] = [];
  const told: string[] = [];
  const runtime = new Runtime({
    store,
    clock,
    endpoints: inProcessEndpoints(functions, { clock }),
    ingresses: [ingress],
    egresses: [egressGiven],
    restart: "never",
    journal(entry: JournalEntry) {
      told.push(entry.kind);
      if (entry.kind === "egress-failed" || entry.kind === "stopped") failures.push(entry.error.message);
    },
  });
  running.push(runtime);
  await runtime.start();
  return { runtime, failures, told };
}

function send(
  url: string,
  name: string,
  id = name,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/example/greeter/${id}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...more },
    body: JSON.stringify({ name }),
  });
}

test("an egress that failed is back in the journal once it has delivered", async () => {
  const recorded = recordedEgress("example/greetings");
  let fails = 2;
  const out: Egress = {
    id: recorded.id,
    description: "fails twice",
    check: () => undefined,
    open: () => Promise.resolve(undefined),
    deliver: (records) => (fails-- > 0 ? Promise.reject(new Error("away")) : recorded.deliver(records)),
    close: () => Promise.resolve(),
  };
  const ingress = httpIngress({ port: 0, functions: () => knownFunctions(functions) });
  const { runtime, told } = await started(ingress, out);

  await send(ingress.url, "Ada");
  await runtime.whenIdle();
  await send(ingress.url, "Grace");
  await runtime.whenIdle();

  const outage = told.filter((kind) => kind.startsWith("egress-") || kind === "delivered");
  expect(outage).toEqual(["egress-failed", "egress-failed", "delivered", "egress-recovered", "delivered"]);
});

test("a message over HTTP comes out over HTTP, once for each idempotency key", async () => {
  const recorded = recordedEgress("example/greetings");
  const egresses = {
    ids: () => [recorded.id],
    find: (id: string) => (id === recorded.id ? recorded : undefined),
  };
  const ingress = httpIngress({ port: 0, functions: () => knownFunctions(functions), egresses });
  const { runtime } = await started(ingress, recorded);

  const first = await send(ingress.url, "Ada", "1", { "idempotency-key": "a" });
  const repeat = await send(ingress.url, "Ada", "1", { "idempotency-key": "a" });
  await send(ingress.url, "Grace", "1");
  await runtime.whenIdle();
  const answer = await (await fetch(`${ingress.url}/egress/example/greetings?wait=30s`)).json();

  expect([first.status, repeat.status, repeat.headers.get("idempotent-replayed")]).toEqual([
    202,
    202,
    "true",
  ]);
  expect(answer).toMatchObject({
    records: [
      { typename: "example/greeting", value: { greeting: "Hello, Ada", seen: 1 } },
      { typename: "example/greeting", value: { greeting: "Hello, Grace", seen: 2 } },
    ],
    complete: true,
  });
});

test("D50: what is sent to the playground's ingress is fetched once from its egress, also after a restart", async () => {
  const file = join(temporaryFolder(), "queues.ndjson");
  const ingress = playgroundIngress({ port: 0 });
  const out = playgroundEgress({ port: 0, topics: ["greetings"], file });
  const store = memoryStore();
  const { runtime } = await started(ingress, out, store);
  const headers = { "content-type": "application/vnd.example/name" };

  for (const name of ["Ada", "Grace"]) {
    await fetch(`${ingress.url}/example/player/1`, {
      method: "PUT",
      headers,
      body: JSON.stringify({ name }),
    });
  }
  await runtime.whenIdle();
  const before = await (await fetch(`${out.url}/greetings`)).text();
  await runtime.close();
  const again = playgroundEgress({ port: 0, topics: ["greetings"], file });
  await started(playgroundIngress({ port: 0 }), again, store);
  await eventually("it is open", () => !again.url.endsWith(":0"));
  const after = await fetch(`${again.url}/greetings`);
  const more = await fetch(`${again.url}/greetings`);

  expect([before, await after.text(), more.status]).toEqual(["Hello, Ada", "Hello, Grace", 404]);
});

test("lines of a file become lines of a file, each once, whenever the runtime is started again", async () => {
  const folder = temporaryFolder();
  const [from, to] = [join(folder, "in.ndjson"), join(folder, "out.ndjson")];
  const names = Array.from({ length: 100 }, (_, at) => `name ${String(at)}`);
  const lines = names.map((name) =>
    JSON.stringify({ target: "example/greeter/1", typename: "example/name", value: { name } }),
  );
  const store = memoryStore();
  const written = (): string[] => readFileSync(to, "utf8").trimEnd().split("\n");

  for (const count of [40, 100]) {
    writeFileSync(from, `${lines.slice(0, count).join("\n")}\n`);
    const { runtime } = await started(
      fileIngress({ id: "example/in", path: from }),
      fileEgress({ id: "example/greetings", path: to }),
      store,
    );
    await eventually("all are written", () => written().length === count);
    await runtime.close();
  }

  expect(written().map((line) => (JSON.parse(line) as { value: unknown }).value)).toEqual(
    names.map((name, at) => ({ greeting: `Hello, ${name}`, seen: at + 1 })),
  );
});

test("a file that was written with another data folder is refused, and no record is lost", async () => {
  const path = join(temporaryFolder(), "out.ndjson");
  writeFileSync(path, '{"sequence":1000,"typename":"example/greeting","value":{}}\n');
  const ingress = httpIngress({ port: 0, functions: () => knownFunctions(functions) });
  const { failures } = await started(ingress, fileEgress({ id: "example/greetings", path }));

  await send(ingress.url, "Ada");
  await eventually("it is refused", () => failures.length > 0);
  writeFileSync(path, "");
  await eventually("the record is written", () => readFileSync(path, "utf8").includes("Hello, Ada"));

  expect(failures[0]).toContain("has record 1000, and this data folder has not written record");
});
