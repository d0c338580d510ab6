import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { egress, functionType, jsonType, requestReplyHandler, statefulFunction, types } from "statefun";
import { freePorts } from "../../../dev/cluster/ports.js";
import { readModule } from "../../../dev/module/read-module.js";
import { countersJson } from "../../../dev/runtime/api/counters-json.js";
import { prometheusText } from "../../../dev/runtime/api/prometheus-text.js";
import type { JournalEntry } from "../../../dev/runtime/journal-entry.js";
import {
  startRuntime,
  type RunningRuntime,
  type StartRuntimeOptions,
} from "../../../dev/runtime/start-runtime.js";
import { root } from "../../readme/program.js";
import { eventually } from "../eventually.js";
import { temporaryFolder } from "../temporary-folder.js";
import { ScriptedBrokers } from "./kafka/client/scripted-brokers.js";

const open: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const cart = statefulFunction(functionType("shop/cart", [types.string]), {
  storage: { orders: types.int },
  on: {
    [types.string.typename](context) {
      context.storage.orders.update((before = 0) => before + 1);
    },
  },
  otherwise: () => undefined,
});

const Fetched = jsonType<{ topic: string; payload: string }>("io.statefun.playground/EgressRecord");
const Playground = egress("io.statefun.playground/egress", [Fetched]);

const sender = statefulFunction(functionType("shop/sender", []), {
  on: {},
  otherwise(context) {
    context.send(Playground, Fetched({ topic: "greetings", payload: "hello" }));
  },
});

function ordersOf(address: string): string {
  return `kind: io.statefun.kafka.v1/ingress
spec:
  id: shop/orders
  address: ${address}
  consumerGroupId: shop
  startupPosition: { type: earliest }
  topics: [{ topic: orders, valueType: shop/Order, targets: [shop/cart] }]
  properties:
    - reconnect.backoff.ms: "5"
    - reconnect.backoff.max.ms: "20"
`;
}

function playgroundOn(ingress: number, egress: number): string {
  return `kind: io.statefun.playground.v1/ingress
spec: { port: ${String(ingress)} }
---
kind: io.statefun.playground.v1/egress
spec: { port: ${String(egress)}, topics: [greetings] }
`;
}

async function running(
  module: string,
  options: Partial<Omit<StartRuntimeOptions, "module">> = {},
): Promise<RunningRuntime> {
  const started = await startRuntime({
    module: readModule(module),
    functions: requestReplyHandler([cart, sender]),
    store: { kind: "memory" },
    ...options,
  });
  open.push(started);
  return started;
}

describe("a Kafka ingress whose brokers go away", () => {
  test("says so once in the journal, and once when it reads again, whatever it has tried meanwhile", async () => {
    const brokers = await ScriptedBrokers.start();
    open.push(brokers);
    brokers.logs[0]?.push("1", "2", "3");
    const told: JournalEntry[] = [];
    const { view } = await running(ordersOf(brokers.address), {
      listener: (entry) => told.push(entry),
    });
    const counted = view.counters.ingress("shop/orders");
    await eventually("all is read", () => counted.messages === 3);

    await brokers.stop();
    await eventually("it was tried again", () => counted.failures >= 3);
    brokers.logs[0]?.push("4");
    await brokers.startAgain();
    await eventually("it is back", () => told.some(({ kind }) => kind === "ingress-recovered"));
    await eventually("the rest is read", () => counted.messages === 4);

    const outage = told.filter(({ kind }) => kind.startsWith("ingress-") || kind === "stopped");
    expect(outage).toEqual([
      {
        kind: "ingress-failed",
        ingress: "shop/orders",
        error: expect.objectContaining({ code: "io-failed" }),
      },
      { kind: "ingress-recovered", ingress: "shop/orders" },
    ]);
    expect(
      view.journal.read({ after: 0, limit: 100, kinds: new Set(["ingress-failed"]) }).entries,
    ).toHaveLength(1);
    expect(countersJson(view.counters).ingresses[0]?.failures).toBeGreaterThanOrEqual(3);
    expect(prometheusText(view.counters)).toMatch(
      /^statefun_ingress_failures\{ingress="shop\/orders"\} [3-9]/m,
    );
  });
});

describe("the ports of the playground", () => {
  test("are open once the runtime has started, with the records that waited before", async () => {
    const [ingress = 0, egress = 0] = await freePorts(2);
    const module = playgroundOn(ingress, egress);
    const store = { kind: "lmdb", folder: temporaryFolder() } as const;
    const first = await running(module, { store });
    const url = `http://127.0.0.1:${String(ingress)}/shop/sender/1`;
    await fetch(url, { method: "PUT", body: "hello" });
    await eventually(
      "it has left",
      () => first.view.counters.egress("io.statefun.playground/egress").records === 1,
    );
    await first.close();

    const second = await running(module, { store });
    const answer = await fetch(`http://127.0.0.1:${String(egress)}/greetings`);
    const text = await answer.text();

    expect([answer.status, text]).toEqual([200, "hello"]);
    await second.close();
  });

  test("answer while the brokers of another ingress are away", async () => {
    const [ingress = 0, egress = 0, nobody = 0] = await freePorts(3);
    const { runtime } = await running(
      `${ordersOf(`127.0.0.1:${String(nobody)}`)}---\n${playgroundOn(ingress, egress)}`,
    );

    const sent = await fetch(`http://127.0.0.1:${String(ingress)}/shop/sender/1`, { method: "PUT" });
    const fetched = await fetch(`http://127.0.0.1:${String(egress)}/greetings`);

    expect(runtime.state).not.toBe("running");
    expect([sent.status, fetched.status]).toEqual([503, 404]);
  });

  test("that somebody else has are an error, which lets go of the others", async () => {
    const [ingress = 0] = await freePorts(1);
    const other = createServer().listen(0);
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;

    const starting = running(playgroundOn(ingress, port));
    await expect(starting).rejects.toThrow(
      `io.statefun.playground/egress cannot listen on port ${String(port)}`,
    );
    const again = createServer().listen(ingress);
    await once(again, "listening");

    expect(again.listening).toBe(true);
    for (const server of [other, again]) server.close();
  });
});

describe("a start that fails half-way", () => {
  test("closes the connections to brokers that it has made", async () => {
    const brokers = await ScriptedBrokers.start();
    open.push(brokers);
    let most = 0;

    const starting = startRuntime({
      module: readModule(ordersOf(brokers.address)),
      functions: requestReplyHandler([cart]),
      store: { kind: "memory" },
      listener: ({ kind }) => {
        most = brokers.connections;
        if (kind === "running") throw new Error("whoever listens has failed");
      },
    });

    await expect(starting).rejects.toThrow("whoever listens has failed");
    expect(most).toBeGreaterThan(0);
    await eventually("nothing is connected", () => brokers.connections === 0);
  });

  test.each([
    ["start", "the egress shop/twice is given twice"],
    ["close", "closed"],
  ])("lets its process end by itself, where nobody listens at the brokers' port: %s", async (how, said) => {
    const [port = 0] = await freePorts(1);
    const program = path.join(__dirname, "unreachable-brokers.ts");
    const child = spawn(process.execPath, ["--import", "tsx", program, how, String(port)], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));

    const [code] = (await once(child, "close")) as [number | null];

    expect(output).toContain(said);
    expect(code).toBe(0);
  });
});

describe("the lag of a Kafka ingress", () => {
  test("is in the status, in the counters and in the text for Prometheus", async () => {
    const brokers = await ScriptedBrokers.start(2);
    open.push(brokers);
    brokers.logs[0]?.push("1", "2", "3");
    brokers.logs[1]?.push("1");
    const { view } = await running(ordersOf(brokers.address));
    const counted = view.counters.ingress("shop/orders");
    const lag = (): (number | undefined)[] => [
      view.status().ingresses[0]?.lag,
      countersJson(view.counters).ingresses[0]?.lag,
      Number(
        /^statefun_ingress_lag\{ingress="shop\/orders"\} (\d+)$/m.exec(prometheusText(view.counters))?.[1],
      ),
    ];

    await eventually("all is read", () => counted.messages === 4);
    const atTheEnd = lag();

    expect(atTheEnd).toEqual([0, 0, 0]);
    expect(counted.records).toBe(4);
  });
});
