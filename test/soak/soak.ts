import { setTimeout as delay } from "node:timers/promises";
import { slopeOf } from "./line.js";
import type { Closed, Sample } from "./messages.js";
import { SoakServer } from "./soak-server.js";
import { hangsUpInMidBody, Traffic, type Tally } from "./traffic.js";

/** How the soak runs. */
export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Has the functions leak, to see that the soak notices. */
  readonly leaks?: boolean;
  /** Is given each sample as it is taken, and the seconds since the start. */
  readonly onSample?: (sample: Sample, seconds: number) => void;
}

/** What came of it. */
export interface SoakResult {
  readonly tally: Tally;
  /** How much more the heap held at the end than after the warm-up, by the line that fits the samples, in bytes. */
  readonly growth: number;
  readonly closed: Closed & { readonly exit: string };
  /** All that was not as it should be; empty if the soak has passed. */
  readonly misses: readonly string[];
}

/** As many as a subtask of a cluster has on its way to one function type, roughly. */
const clients = 32;
/** Enough for a line … */
const mostSamples = 40;
/** … with traffic between them: each waits for the slowest client, and costs a collection of garbage. */
const secondsPerSample = 1;
/** Until then code is compiled, and pools and caches fill. */
const warmUpShare = 1 / 3;
/**
 * What the heap may grow by after the warm-up, however long the soak is: V8 still compiles and forgets code, which moves it
 * by some hundred KiB. A leak of 32 bytes a batch is found in ten minutes of 100 batches a second.
 */
export const mostGrowthBytes = 1024 * 1024;

/** Serves random traffic for a while, and tells what went wrong. */
export async function soak({ seconds, seed, leaks = false, onSample }: SoakOptions): Promise<SoakResult> {
  const server = await SoakServer.start(leaks);
  try {
    const traffic = new Traffic(server.port, clients, seed);
    const taken: { readonly seconds: number; readonly sample: Sample }[] = [];
    const start = performance.now();
    const samples = Math.min(mostSamples, Math.ceil(seconds / secondsPerSample));
    for (let index = 1; index <= samples; index++) {
      await delay(Math.max(0, start + (index * seconds * 1000) / samples - performance.now()));
      const since = (performance.now() - start) / 1000;
      // Batches and replies on their way are no leak: without them, samples differ by what is one.
      await traffic.pause();
      const sample = await server.sample();
      traffic.resume();
      taken.push({ seconds: since, sample });
      onSample?.(sample, since);
    }
    await traffic.stop();
    const { tally } = traffic;
    const idle = await untilIdle(server);
    const reports = await server.reports();
    const closed = await server.close();
    const warm = taken.filter((one) => one.seconds >= seconds * warmUpShare);
    const perSecond = slopeOf(warm.map((one) => ({ x: one.seconds, y: one.sample.held })));
    const growth = perSecond * seconds * (1 - warmUpShare);
    return { tally, growth, closed, misses: missesOf({ tally, growth, idle, reports, closed, warm }) };
  } finally {
    await server.kill();
  }
}

/** The last sample, once every client's connection has ended; or after a while, if one does not. */
async function untilIdle(server: SoakServer): Promise<Sample> {
  const patience = 1000;
  for (let tries = 0; ; tries++) {
    const sample = await server.sample();
    if (sample.connections === 0 || tries === patience) return sample;
    await delay(10);
  }
}

interface Findings {
  readonly tally: Tally;
  readonly growth: number;
  readonly idle: Sample;
  readonly reports: Readonly<Record<string, number>>;
  readonly closed: Closed & { readonly exit: string };
  readonly warm: readonly { readonly sample: Sample }[];
}

function missesOf({ tally, growth, idle, reports, closed, warm }: Findings): string[] {
  const misses = tally.misses.slice();
  const miss = (isOne: boolean, what: string): void => {
    if (isOne) misses.push(what);
  };
  miss(tally.batches === 0, "no batch was answered");
  miss(
    growth > mostGrowthBytes,
    `the heap grew by ${String(Math.round(growth))} bytes, more than ${String(mostGrowthBytes)}`,
  );
  const most = Math.max(...warm.map(({ sample }) => sample.connections));
  // A client that hangs up connects again before the server has seen the end of its last connection.
  miss(most > 2 * clients, `${String(most)} connections were open for ${String(clients)} clients`);
  miss(idle.connections > 0, `${String(idle.connections)} connections were open when all clients had left`);
  for (const code of new Set([...Object.keys(tally.due), ...Object.keys(reports)])) {
    if (code === "client-disconnected") continue;
    const [due, were] = [tally.due[code] ?? 0, reports[code] ?? 0];
    miss(due !== were, `${code} was due ${String(due)} times, and reported ${String(were)} times`);
  }
  const hungUp = reports["client-disconnected"] ?? 0;
  const least = tally.kinds[hangsUpInMidBody] ?? 0;
  const mostHangUps = least + (tally.kinds["hangs up in mid-batch"] ?? 0);
  miss(
    hungUp < least || hungUp > mostHangUps,
    `client-disconnected was reported ${String(hungUp)} times, not ${String(least)} to ${String(mostHangUps)} times`,
  );
  miss(closed.cutOff > 0, `${String(closed.cutOff)} requests were cut off at the end`);
  miss(closed.handles.length > 0, `left at the end: ${closed.handles.join(", ")}`);
  miss(closed.exit !== "0", `the closed process did not end by itself with 0: ${closed.exit}`);
  return misses;
}
