import { afterEach, describe, expect, test } from "@jest/globals";
import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { readModule } from "../../../dev/module/read-module.js";
import { countersJson } from "../../../dev/runtime/api/counters-json.js";
import { prometheusText } from "../../../dev/runtime/api/prometheus-text.js";
import type { JournalEntry } from "../../../dev/runtime/journal-entry.js";
import { startRuntime, type RunningRuntime } from "../../../dev/runtime/start-runtime.js";
import { eventually } from "../eventually.js";
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

async function running(module: string, told: JournalEntry[] = []): Promise<RunningRuntime> {
  const started = await startRuntime({
    module: readModule(module),
    functions: requestReplyHandler([cart]),
    store: { kind: "memory" },
    listener: (entry) => told.push(entry),
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
    const { view } = await running(ordersOf(brokers.address), told);
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
  });
});
