import { fromHex, hex } from "../support/hex.js";
import { readBatch } from "./batch.js";
import type { Comparison, Leniency } from "./expectations.js";
import type { Scenario } from "./scenario.js";
import type { RecordedRequest, ScriptedFunction } from "./scripted-function.js";

// Some of what was counted on the real runtime is not chance either, and is the point of a scenario.

/** Scenarios in which as many requests must be open at a time. */
const inFlight = ["07-", "26-", "70b", "79-", "80-", "81-", "82-"];

/** Scenarios in which as many connections must be opened: every failed attempt costs its own, the rest is pooled. */
const connections = /^(01|04|07|5|6|70|73|74|75|76|77|78|79)/;

/** Scenarios of which the first batches of one address must have the same sizes: so many of them. */
const batches: Readonly<Record<string, readonly [address: string, count: number]>> = {
  "05-batch-threshold": ["example/a/p", 4],
  "06-no-batch-cap": ["example/a/p", 4],
  "83-blocked-subtask-still-works": ["example/a/p", 2],
  "a9-self-send-loop": ["example/a/p", 201],
};

/** Scenarios in which the first calls must come in the same order, all addresses taken together: so many of them. */
const arrivals: Readonly<Record<string, number>> = { "20-delayed": 5, "83-blocked-subtask-still-works": 6 };

/** Scenarios in which attempts must be as far apart. */
const gaps = ["70b", "74a", "74b", "81-"];

/** Shorter gaps are mostly what a busy machine adds to them. */
const shortestGapMillis = 500;

/** How much longer or shorter a gap may be: the recorded ones hold an answer and some work. */
const gapTolerance = 0.05;

/** What was counted on the real runtime beside the counts of a replay, as far as they must be equal. */
export function comparedCounts({ name, observed: recorded }: Scenario, script: ScriptedFunction): Comparison {
  const expected: Record<string, unknown> = {};
  const observed: Record<string, unknown> = {};
  if (inFlight.some((start) => name.startsWith(start))) {
    expected.maxInFlight = recorded.maxInFlight;
    observed.maxInFlight = script.maxInFlight;
  }
  if (connections.test(name)) {
    expected.connections = recorded.connections;
    observed.connections = script.server.accepted;
  }
  const [address, count] = batches[name] ?? [];
  if (address !== undefined) {
    expected.batches = recorded.batches?.[address]?.slice(0, count).map((size) => parseInt(String(size), 10));
    const requests = script.requests.filter((request) => request.address === address).slice(0, count);
    observed.batches = requests.map(({ batch }) => batch?.calls.length);
  }
  const first = arrivals[name];
  if (first !== undefined) {
    expected.arrivals = recorded.arrivals?.slice(0, first).map(({ to }) => to);
    observed.arrivals = script.requests.slice(0, first).map((request) => request.address);
  }
  if (gaps.some((start) => name.startsWith(start))) {
    const [recordedGaps = []] = Object.values(recorded.retries ?? {}).map((calls) => calls[0]?.gapsMs);
    const long = (gap: number): boolean => gap >= shortestGapMillis;
    expected.gapsMs = recordedGaps.filter(long);
    observed.gapsMs = gapsOf(script.requests)
      .filter(long)
      .map((gap, index) => alike(gap, recordedGaps.filter(long)[index]));
  }
  return { expected, observed };
}

/** The times between requests with the same bytes that follow one another. */
function gapsOf(requests: readonly RecordedRequest[]): number[] {
  return requests.flatMap(({ bytes, atMillis }, index) => {
    const before = requests[index - 1];
    const repeats = before !== undefined && Buffer.compare(before.bytes, bytes) === 0;
    return repeats ? [atMillis - before.atMillis] : [];
  });
}

/** The recorded gap in place of one that is near it. */
function alike(gap: number, recorded = 0): number {
  return Math.abs(gap - recorded) <= recorded * gapTolerance ? recorded : gap;
}

/**
 * The heads of the first requests of the real runtime beside those of the requests with the same bytes. Requests with
 * several states are left out, since their order is nobody's promise, and so are those to addresses that are free.
 */
export function comparedHeads(
  { samples, expect }: Scenario,
  script: ScriptedFunction,
  { unlistedFree = false }: Leniency = {},
): Comparison {
  const heads = new Map<string, readonly string[]>();
  for (const { bytes, head } of script.requests.toReversed()) heads.set(hex(bytes), head.map(withoutHost));
  const comparable = samples.filter(({ requestHex }) => {
    const { address, states } = readBatch(fromHex(requestHex));
    return states.size < 2 && (!unlistedFree || address in expect.addresses);
  });
  return {
    expected: comparable.map(({ head, requestHex }) => [requestHex, head]),
    observed: comparable.map(({ requestHex }) => [requestHex, heads.get(requestHex) ?? "no such request"]),
  };
}

function withoutHost(line: string): string {
  return line.replace(/^(host: )127\.0\.0\.1:\d+$/i, "$1HOST:PORT");
}
