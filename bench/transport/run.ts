import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import path from "node:path";
import { realClock } from "../../dev/runtime/real-clock.js";
import { endpointFromSpec } from "../../dev/runtime/transport/endpoint-from-spec.js";

// How much of a core one request costs: the transports of the runtime, Node's own client, and the fetch it comes with
// (undici). The peer is a process of its own that costs next to nothing. `npx tsx bench/transport/run.ts`.

const warmUpRequests = 10_000;
const requests = 60_000;
const concurrency = 64;
const request = new Uint8Array(200).fill(7);
const target = { namespace: "example", name: "a", id: "k" };

/** Sends one request, and calls back when it was answered. */
type Client = (done: () => void) => void;

function ours(type: "async" | "okhttp", port: string): Client {
  const transport = endpointFromSpec(
    {
      functions: { namespace: "example", name: "a" },
      urlPathTemplate: `http://127.0.0.1:${port}/statefun`,
      maxNumBatchRequests: 1000,
      transport: { type, properties: {} },
    },
    { clock: realClock() },
  ).transportFor(target);
  return (done) => {
    transport.call(target, request, {
      succeeded: done,
      failed: (error) => {
        throw error;
      },
    });
  };
}

function nodeHttp(port: string): Client {
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  const headers = { "content-type": "application/octet-stream", "content-length": request.length };
  const options = { agent, port, host: "127.0.0.1", method: "POST", path: "/statefun", headers };
  return (done) => {
    const sent = http.request(options, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => {
        Buffer.concat(pieces);
        done();
      });
    });
    sent.end(request);
  };
}

function builtInFetch(port: string): Client {
  const headers = { "content-type": "application/octet-stream" };
  return (done) => {
    void fetch(`http://127.0.0.1:${port}/statefun`, { method: "POST", headers, body: request })
      .then((response) => response.arrayBuffer())
      .then(done);
  };
}

/** Sends so many requests, so many of them at a time. */
async function send(client: Client, count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    let started = 0;
    let answered = 0;
    const next = (): void => {
      if (started < count) {
        started++;
        client(() => {
          if (++answered === count) resolve();
          else next();
        });
      }
    };
    for (let open = 0; open < concurrency; open++) next();
  });
}

async function measure(name: string, client: Client): Promise<void> {
  await send(client, warmUpRequests);
  const cpu = process.cpuUsage();
  const started = performance.now();
  await send(client, requests);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const perRequest = (micros: number): string => (micros / requests).toFixed(1);
  console.log(
    `${name.padEnd(16)} ${String(Math.round(requests / seconds)).padStart(7)}/s  ` +
      `${perRequest(user + system)} µs CPU a request (${perRequest(user)} user, ${perRequest(system)} system)  ` +
      `${String(Math.round((requests * 1e6) / (user + system)))} requests a second of CPU`,
  );
}

async function main(): Promise<void> {
  const peer = fork(path.join(import.meta.dirname, "answering-process.ts"), {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    execArgv: ["--import", "tsx"],
  });
  if (peer.stdout === null) throw new Error("the peer has no output");
  const [line] = (await once(peer.stdout, "data")) as [Buffer];
  const port = line.toString().trim();
  for (let round = 0; round < 2; round++) {
    await measure("async", ours("async", port));
    await measure("okhttp", ours("okhttp", port));
    await measure("node:http", nodeHttp(port));
    await measure("fetch (undici)", builtInFetch(port));
  }
  peer.disconnect();
  process.exit();
}

await main();
