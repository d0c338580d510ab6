import { afterAll, beforeAll, describe } from "@jest/globals";
import { startCluster } from "statefun-dev";
import type { Cluster } from "statefun-dev";
import { cart } from "./cart.js";
import { committedRecords } from "./committed-records.js";
import { greeter } from "./greeter.js";
import { workers } from "./workers.js";

/** The first start on a machine fetches 250 MB. */
const startLimitMillis = 30 * 60_000;

// One cluster for all of it: starting one takes longer than most tests.
let running: Cluster | undefined;
const cluster = (): Cluster => {
  if (running === undefined) throw new Error("the cluster has not been started");
  return running;
};

beforeAll(async () => {
  running = await startCluster({ onProgress: (line) => process.stderr.write(`${line}\n`) });
}, startLimitMillis);

afterAll(async () => {
  await running?.stop();
});

describe("reading committed records from a real broker", () => {
  committedRecords(cluster);
});

describe("the greeter on a real cluster", () => {
  greeter(cluster);
});

describe("the cart on a real cluster", () => {
  cart(cluster);
});

describe("the greeter in several workers, on a real cluster", () => {
  workers(cluster);
});
