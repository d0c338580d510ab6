import { text } from "node:stream/consumers";
import autocannon from "autocannon";
import type { AutocannonOrder } from "./autocannon.js";
import { connectionCount, requestHeaders } from "./client.js";

const { url, seconds, bodies } = JSON.parse(await text(process.stdin)) as AutocannonOrder;

const { errors, timeouts, non2xx, requests, duration } = await autocannon({
  url,
  connections: connectionCount,
  duration: seconds,
  timeout: 30,
  requests: bodies.map((body) => ({
    method: "POST",
    headers: { ...requestHeaders },
    body: Buffer.from(body, "base64"),
  })),
});

console.log(
  JSON.stringify({ requests: requests.total, seconds: duration, failures: errors + timeouts + non2xx }),
);
