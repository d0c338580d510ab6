import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { leniencies } from "../scenarios/leniencies.js";
import { scenarios } from "../scenarios/scenario.js";
import { lmdbStores } from "../scenarios/stores.js";
import { startBroker } from "./broker.js";
import type { Broker } from "./broker.js";
import { replayedOnBroker } from "./broker-replay.js";

/** The first start on a machine fetches 250 MB. */
const startLimitMillis = 30 * 60_000;

/** The scenarios that rest most on Kafka: keys and values, positions, transactions, failures and restarts. */
const chosen = [
  "15-egress-records",
  "16-routing",
  "34-fatal-egress-empty-topic",
  "45-fatal-null-key",
  "46-fatal-null-value",
  "90-outage-exactly-once",
  "91-poison-restarts",
  "92-worker-killed",
  "94-savepoint",
  "a4-startup-default",
  "a6-atomic-response",
  "a7-egress-visibility",
  "a8-at-least-once-egress",
];

let running: Broker | undefined;

beforeAll(async () => {
  running = await startBroker();
}, startLimitMillis);

afterAll(async () => {
  await running?.stop();
});

describe("with a real broker the runtime does what the real one did in", () => {
  test.each(chosen)("%s", async (name) => {
    const scenario = scenarios.find((candidate) => candidate.name === name);
    if (scenario === undefined || running === undefined) throw new Error(`there is no ${name}, or no broker`);

    const { expected, observed } = await replayedOnBroker(
      scenario,
      running.address,
      lmdbStores(),
      leniencies[name],
    );

    expect(observed).toEqual(expected);
  });
});
