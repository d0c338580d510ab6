/** A program for prometheus.test.ts: two workers behind `listen`; the primary sends ten batches and prints one scrape. */
import { Registry } from "prom-client";
import { requestReplyHandler } from "statefun";
import { listen } from "statefun/node";
import { prometheus } from "statefun/prometheus";
import { V1 } from "../sdk/conformance/golden-bytes.js";
import { fn } from "../sdk/conformance/ns-fn.js";

const metrics = prometheus({ registry: new Registry() });
const functions = requestReplyHandler([fn({}, () => undefined)], { observe: metrics });

const { role, url, close } = await listen(functions, {
  port: 0,
  host: "127.0.0.1",
  workers: 2,
  metrics,
  idleGrace: { milliseconds: 0 },
});

if (role === "primary") {
  for (let sent = 0; sent < 10; sent++) {
    // A connection of its own each, so that both workers may get some.
    await fetch(url, { method: "POST", body: Buffer.from(V1), headers: { connection: "close" } });
  }
  const scrape = await fetch(`${url}/metrics`);
  console.log(scrape.headers.get("content-type"));
  console.log(await scrape.text());
  await close();
}
