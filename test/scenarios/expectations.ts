import type { BatchCall } from "./batch.js";
import type { RecordedRequest } from "./scripted-function.js";
import type {
  ExpectedAddress,
  ExpectedBytes,
  ExpectedCall,
  ExpectedCalls,
  ExpectedRecord,
  ExpectedReply,
  ExpectedRequest,
  Expectations,
  JobState,
} from "./scenario.js";
import { shownBytes, shownLike, textOf } from "./values.js";

/** A record that a reader of committed records found. */
export interface CommittedRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

/** What a replay has seen. */
export interface Observation {
  readonly requests: readonly RecordedRequest[];
  /** Committed records by topic, in order. */
  readonly records: ReadonlyMap<string, readonly CommittedRecord[]>;
  readonly job: JobState;
}

/** How a comparison is less strict than the file says. */
export interface Leniency {
  /** Addresses of which calls are compared in place of requests. */
  readonly batchesFree?: readonly string[];
  /** Addresses of which the answers are not compared. */
  readonly repliesFree?: readonly string[];
  /** Whether addresses that are not listed may see requests. */
  readonly unlistedFree?: boolean;
}

/** What the record says and what the replay saw, in one form: the replay reproduces the record if they are equal. */
export interface Comparison {
  readonly expected: unknown;
  readonly observed: unknown;
}

/** Brings expectations and observation into one form, leaving out what must not be compared. */
export function compared(expect: Expectations, seen: Observation, leniency: Leniency = {}): Comparison {
  const expected: Record<string, unknown> = { job: expect.job.state };
  const observed: Record<string, unknown> = { job: seen.job };

  const byAddress = groupedBy(seen.requests, ({ address }) => address);
  const addresses = new Set(Object.keys(expect.addresses));
  if (leniency.unlistedFree !== true) for (const address of byAddress.keys()) addresses.add(address);
  for (const address of addresses) {
    const listed: ExpectedAddress = expect.addresses[address] ?? { compare: "requests", requests: [] };
    const comparison = comparedAddress(address, listed, byAddress.get(address) ?? [], leniency);
    if (comparison === undefined) continue;
    expected[address] = comparison.expected;
    observed[address] = comparison.observed;
  }

  for (const [topic, records] of Object.entries(expect.egress ?? {})) {
    expected[`records of ${topic}`] = perKey(records.map(([key, value]) => [keyText(key), value]));
    observed[`records of ${topic}`] = observedPerKey(records, seen.records.get(topic) ?? []);
  }
  if (expect.egressPerKey !== undefined) {
    expected.egressPerKey = expect.egressPerKey;
    const all = [...seen.records.values()].flat();
    observed.egressPerKey = perKey(all.map(({ key, value }) => [shownKey(key), shownBytes(value)]));
  }
  return { expected, observed };
}

function comparedAddress(
  address: string,
  listed: ExpectedAddress,
  requests: readonly RecordedRequest[],
  { batchesFree = [], repliesFree = [] }: Leniency,
): Comparison | undefined {
  if (listed.compare === "ignore") return undefined;
  const exchanges = exchangesOf(requests);
  if (listed.compare === "calls") {
    return { expected: listed.calls, observed: observedCalls(listed.calls, answered(exchanges)) };
  }
  if (batchesFree.includes(address)) {
    const calls = listed.requests
      .filter(({ reply }) => "result" in reply)
      .flatMap((request) => request.calls ?? []);
    return { expected: calls, observed: observedCalls(calls, answered(exchanges)) };
  }
  const free = repliesFree.includes(address);
  return {
    expected: listed.requests.map((request) => (free ? { ...request, reply: "free" } : request)),
    observed: exchanges.map((exchange, index) => {
      const request = observedRequest(exchange, listed.requests[index]);
      return free ? { ...request, reply: "free" } : request;
    }),
  };
}

/** One request with all its attempts. */
interface Exchange {
  readonly last: RecordedRequest;
  readonly attempts: number;
}

/** Takes attempts together: a request that repeats the one before bit for bit, which was not answered well. */
function exchangesOf(requests: readonly RecordedRequest[]): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const request of requests) {
    const before = exchanges.at(-1);
    const repeats =
      before !== undefined &&
      !isAnsweredWell(before.last) &&
      Buffer.compare(before.last.bytes, request.bytes) === 0;
    if (repeats) exchanges[exchanges.length - 1] = { last: request, attempts: before.attempts + 1 };
    else exchanges.push({ last: request, attempts: 1 });
  }
  return exchanges;
}

/** Whether the runtime was still there when a request was answered, and could find a `FromFunction` in the answer. */
export function isAnsweredWell({ answer, abandoned }: RecordedRequest): boolean {
  return answer?.sound === true && !abandoned;
}

function observedRequest({ last, attempts }: Exchange, like: ExpectedRequest | undefined): ExpectedRequest {
  const { batch } = last;
  const reply = replyOf(last);
  const repeated = attempts === 1 ? {} : { attempts };
  if (batch === undefined) return { reply, ...repeated };
  const state = Object.fromEntries(
    [...batch.states].map(([name, held]) => {
      if (held === undefined) return [name, null];
      return [name, { type: held.typename, value: shownLike(like?.state?.[name]?.value, held.value) }];
    }),
  );
  const calls = batch.calls.map((call, index) => observedCall(call, like?.calls?.[index]));
  return { state, calls, reply, ...repeated };
}

function observedCall(call: BatchCall, like: ExpectedCall | undefined): ExpectedCall {
  const { from, typename, hasValue, value, unknown } = call;
  return {
    from,
    type: typename,
    value: shownLike(like?.value, value),
    ...(hasValue ? {} : { has: false }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

function replyOf({ answer, abandoned, scripted, request }: RecordedRequest): ExpectedReply {
  if (answer === undefined) {
    return { status: "no answer", ...(request.connection.closed ? { closedByRuntime: true } : {}) };
  }
  const { status } = answer;
  if (abandoned) return { status, closedByRuntime: true };
  if (scripted?.missing !== undefined) return { incomplete: scripted.missing };
  if (status < 200 || status >= 300) return { status };
  return { result: true, ...(status === 200 ? {} : { status }) };
}

/** The calls of all requests that were answered with a result, in one row. */
function answered(exchanges: readonly Exchange[]): BatchCall[] {
  return exchanges
    .filter(({ last }) => "result" in replyOf(last))
    .flatMap(({ last }) => last.batch?.calls ?? []);
}

function observedCalls(expected: ExpectedCalls, calls: readonly BatchCall[]): unknown {
  if (Array.isArray(expected)) {
    return calls.map((call, index) => observedCall(call, (expected as readonly ExpectedCall[])[index]));
  }
  if ("firstThree" in expected) {
    const last = calls.at(-1);
    return {
      count: calls.length,
      firstThree: calls.slice(0, 3).map((call) => observedCall(call, undefined)),
      last: last && observedCall(last, undefined),
      notesAscending: ascends(calls),
    };
  }
  if ("firstFrom" in expected) {
    const others = new Set(calls.slice(1).map(({ from }) => from));
    return { count: calls.length, firstFrom: calls[0]?.from, otherFrom: [...others] };
  }
  const senders = [...groupedBy(calls, ({ from }) => from ?? "")];
  return Object.fromEntries(
    senders.map(([from, sent]) => [from, { count: sent.length, strictlyAscending: ascends(sent) }]),
  );
}

/** Whether the numbers that calls carry as notes ascend strictly. */
function ascends(calls: readonly BatchCall[]): boolean {
  const notes = calls.map(noteOf).filter((note) => note !== undefined);
  return notes.every((note, index) => index === 0 || note > (notes[index - 1] ?? Infinity));
}

function noteOf({ value }: BatchCall): number | undefined {
  const note = /^\[\{"note":(\d+)\}\]$/.exec(textOf(value) ?? "")?.[1];
  return note === undefined ? undefined : Number(note);
}

function observedPerKey(
  expected: readonly ExpectedRecord[],
  records: readonly CommittedRecord[],
): Record<string, ExpectedBytes[]> {
  const likes = perKey(expected.map(([key, value]) => [keyText(key), value]));
  const taken = new Map<string, number>();
  return perKey(
    records.map(({ key, value }) => {
      const text = shownKey(key);
      const index = taken.get(text) ?? 0;
      taken.set(text, index + 1);
      return [text, shownLike(likes[text]?.[index], value)];
    }),
  );
}

function shownKey(key: Uint8Array | null): string {
  return keyText(key === null ? null : shownBytes(key));
}

function keyText(key: ExpectedBytes | null): string {
  return typeof key === "string" ? key : key === null ? "(no key)" : JSON.stringify(key);
}

function perKey(records: readonly (readonly [string, ExpectedBytes])[]): Record<string, ExpectedBytes[]> {
  const keys = groupedBy(records, ([key]) => key);
  return Object.fromEntries([...keys].map(([key, found]) => [key, found.map(([, value]) => value)]));
}

function groupedBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
