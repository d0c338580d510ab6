import { Agent, request } from "node:http";
import { quantile } from "../statistics.js";
import { addressId } from "./addresses.js";
import { runtimeFigure, type RuntimeFigure } from "./figure.js";
import { httpLatency } from "./goals.js";
import { personTypename } from "./greeter.js";
import { pace } from "./load.js";
import { FunctionProcess, RuntimeProcess } from "./program.js";
import type { Sizes } from "./sizes.js";
import { RowTable, shown } from "./table.js";
import { withFolder } from "./temporary-folder.js";

const addresses = 100;

/** How long the greetings of everything may take to come, after the last message was sent. */
const patienceMillis = 60_000;

interface Latencies {
  readonly accepted: readonly number[];
  readonly greeted: readonly number[];
  readonly cpuMicrosPerRecord: number;
}

/** From a POST to the HTTP ingress until its greeting is in the answer to a GET: lmdb, functions over HTTP. */
export async function httpFigures(sizes: Sizes, print: (line: string) => void): Promise<RuntimeFigure[]> {
  const { accepted, greeted, cpuMicrosPerRecord } = await withFolder((folder) => measure(sizes, folder));
  const rate = sizes.paced.perSecond.toLocaleString("en");
  const table = new RowTable([`HTTP to HTTP, ${rate} records/s`, "p50 ms", "p99 ms", "CPU µs"], print);
  const times = (values: readonly number[]): string[] => [
    shown(quantile(values, 0.5)),
    shown(quantile(values, 0.99)),
  ];
  table.row(["durable, and answered 202", ...times(accepted), ""]);
  table.row(["greeted", ...times(greeted), shown(cpuMicrosPerRecord)]);
  return [
    runtimeFigure("http-p50", quantile(greeted, 0.5), "ms"),
    runtimeFigure("http-p99", quantile(greeted, 0.99), "ms", httpLatency),
  ];
}

async function measure(sizes: Sizes, folder: string): Promise<Latencies> {
  const functions = await FunctionProcess.start();
  const runtime = await RuntimeProcess.start({
    http: true,
    store: { kind: "lmdb", folder },
    module: `kind: io.statefun.endpoints.v2/http
spec:
  functions: bench/*
  urlPathTemplate: http://${functions.address}/statefun
`,
  });
  try {
    return await load(sizes, runtime);
  } finally {
    await runtime.close();
    await functions.kill();
  }
}

async function load(
  { paced: { perSecond, warmUpSeconds, seconds } }: Sizes,
  runtime: RuntimeProcess,
): Promise<Latencies> {
  const { ingressUrl = "", egressUrl = "" } = runtime.running;
  const agent = new Agent({ keepAlive: true });
  const count = perSecond * (warmUpSeconds + seconds);
  const timedFrom = perSecond * warmUpSeconds;
  const accepted: number[] = [];
  let refused: Error | undefined;
  const cpu = runtime.cpuMicros();
  const { due, sent } = pace({
    from: 0,
    count,
    perSecond,
    send(numbers) {
      for (const number of numbers) {
        const url = `${ingressUrl}/${personTypename}/${addressId(number, addresses)}`;
        post(agent, url, number.toString()).then(
          () => {
            if (number >= timedFrom) accepted.push(performance.now() - (due.get(number.toString()) ?? 0));
          },
          (error: unknown) => {
            refused ??= error instanceof Error ? error : new Error(String(error));
          },
        );
      }
    },
  });
  const until = performance.now() + (count * 1000) / perSecond + patienceMillis;
  const greetings = await greetingsOf(agent, egressUrl, count, () => {
    if (refused !== undefined) throw refused;
    if (performance.now() > until) throw new Error("the greetings do not come");
  });
  await sent;
  const cpuMicrosPerRecord = (runtime.cpuMicros() - cpu) / count;
  agent.destroy();
  const greeted = [...greetings].flatMap(([number, millis]) =>
    Number(number) < timedFrom ? [] : [millis - (due.get(number) ?? 0)],
  );
  return { accepted, greeted, cpuMicrosPerRecord };
}

/** When the greeting of each message was seen. Each is checked to be there once, and to count its address's visits. */
async function greetingsOf(
  agent: Agent,
  url: string,
  count: number,
  check: () => void,
): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  const visits = new Map<string, number>();
  let after = "";
  while (seen.size < count) {
    check();
    const answer = JSON.parse(await get(agent, `${url}?wait=1s&limit=10000${after}`)) as Reading;
    const millis = performance.now();
    if (!answer.complete) throw new Error("greetings were forgotten before they were read");
    for (const { sequence, key, text } of answer.records) {
      const [visit = "", number = ""] = text.split(" ");
      const expected = (visits.get(key) ?? 0) + 1;
      if (Number(visit) !== expected || seen.has(number)) throw new Error(`${key} is greeted with ${text}`);
      visits.set(key, expected);
      seen.set(number, millis);
      after = `&after=${sequence.toString()}`;
    }
  }
  return seen;
}

interface Reading {
  readonly complete: boolean;
  readonly records: readonly { readonly sequence: number; readonly key: string; readonly text: string }[];
}

function post(agent: Agent, url: string, text: string): Promise<string> {
  return send(agent, url, "POST", text, 202);
}

function get(agent: Agent, url: string): Promise<string> {
  return send(agent, url, "GET", undefined, 200);
}

function send(
  agent: Agent,
  url: string,
  method: "GET" | "POST",
  text: string | undefined,
  expected: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers =
      text === undefined ? {} : { "content-type": "text/plain", "content-length": text.length.toString() };
    const sent = request(url, { agent, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        body += piece;
      });
      response.on("end", () => {
        if (response.statusCode === expected) resolve(body);
        else reject(new Error(`${method} ${url}: ${String(response.statusCode)} ${body}`));
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}
