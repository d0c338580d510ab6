import { afterEach, expect, test } from "@jest/globals";
import type { KafkaIngressSpec } from "../../../../dev/module/module.js";
import { connectionSettings } from "../../../../dev/module/kafka-settings.js";
import { kafkaIngress } from "../../../../dev/runtime/ingress/kafka.js";
import { kafkaClient } from "../../../../dev/runtime/kafka/kafka-client.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import { eventually } from "../../eventually.js";
import { RecordingGate } from "../ingress/recording-gate.js";
import { ScriptedBrokers } from "./client/scripted-brokers.js";

const open: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

test("while the ingress pauses, and fetches nothing, its lag grows with the topic all the same", async () => {
  const brokers = await ScriptedBrokers.start();
  open.push(brokers);
  brokers.logs[0]?.push("1", "2", "3");
  const spec: KafkaIngressSpec = {
    kind: "kafka",
    id: "shop/orders",
    address: brokers.address,
    consumerGroupId: "shop",
    topics: [{ topic: "orders", valueType: "shop/Order", targets: [{ namespace: "shop", name: "cart" }] }],
    autoOffsetReset: "earliest",
    startupPosition: { type: "earliest" },
    properties: {},
  };
  const clock = virtualClock();
  const ingress = kafkaIngress(spec, kafkaClient(connectionSettings(spec)), { clock });
  open.push({ close: () => ingress.stop().then(() => ingress.close()) });
  const gate = new RecordingGate();
  gate.threshold = 2;
  await ingress.start(gate);
  await eventually("it pauses", () => ingress.lag === 1);
  brokers.logs[0]?.push("4", "5", "6", "7");

  const lags = [];
  for (const lag of [5, 7]) {
    await clock.advanceTo(clock.now() + 5_000);
    await eventually("the ends are known", () => ingress.lag === lag);
    lags.push(ingress.lag);
    brokers.logs[0]?.push("8", "9");
  }
  gate.reopen();
  await eventually("all is read", () => ingress.lag === 0);

  expect(lags).toEqual([5, 7]);
  expect(gate.messages).toHaveLength(11);
});
