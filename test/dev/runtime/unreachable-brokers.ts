/**
 * A program that starts a runtime whose brokers nobody is, and does nothing to end: `unreachable-brokers.ts <how> <port>`,
 * where `how` is `start` for a start that fails, and `close` for one that is closed again.
 */
import { readModule } from "../../../dev/module/read-module.js";
import type { Egress } from "../../../dev/runtime/egress/egress.js";
import { recordedEgress } from "../../../dev/runtime/egress/recorded.js";
import { startRuntime } from "../../../dev/runtime/start-runtime.js";

const [how, port = ""] = process.argv.slice(2);

const module = readModule(`kind: io.statefun.endpoints.v2/http
spec:
  functions: shop/*
  urlPathTemplate: http://127.0.0.1:${port}/
---
kind: io.statefun.kafka.v1/ingress
spec:
  id: shop/orders
  address: 127.0.0.1:${port}
  consumerGroupId: shop
  topics: [{ topic: orders, valueType: shop/Order, targets: [shop/cart] }]
---
kind: io.statefun.kafka.v1/egress
spec:
  id: shop/out
  address: 127.0.0.1:${port}
  deliverySemantic: { type: exactly-once, transactionTimeout: 1min }
`);

const twice: readonly Egress[] = [recordedEgress("shop/twice"), recordedEgress("shop/twice")];

try {
  const running = await startRuntime({
    module,
    store: { kind: "memory" },
    egresses: how === "start" ? twice : [],
  });
  await running.close();
  process.stdout.write("closed\n");
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
}
