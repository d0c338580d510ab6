/** A program for prometheus.test.ts: two workers that each run some batches, and a primary that prints their sum. */
import cluster from "node:cluster";
import { once } from "node:events";
import { Registry } from "prom-client";
import { requestReplyHandler } from "statefun";
import { prometheus } from "statefun/prometheus";
import { V1 } from "../sdk/conformance/golden-bytes.js";
import { fn } from "../sdk/conformance/ns-fn.js";

const metrics = prometheus({ registry: new Registry() });

async function countInWorkers(): Promise<void> {
  const workers = [cluster.fork(), cluster.fork()];
  await Promise.all(workers.map((worker) => once(worker, "message")));
  console.log(await metrics.metrics());
  console.log(metrics.contentType);
  for (const worker of workers) worker.disconnect();
}

async function countHere(): Promise<void> {
  const functions = requestReplyHandler([fn({}, () => undefined)], { observe: metrics });
  for (let i = 0; i < 5; i++) await functions.handle(V1);
  process.send?.("done");
}

void (cluster.isPrimary ? countInWorkers() : countHere());
