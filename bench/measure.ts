/** Something that answers requests: bytes in, bytes out. */
export interface Contestant {
  readonly name: string;
  answer(request: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** How much work goes into one figure. Times are CPU milliseconds, not those of the clock on the wall. */
export interface Effort {
  /** Once for each contestant and function, before the first figure: from cold to optimised code. */
  readonly coldStartMillis: number;
  /** Before each figure. */
  readonly warmUpMillis: number;
  readonly runMillis: number;
  readonly rounds: number;
}

/**
 * Nine runs, each long enough to hold the garbage collections that its work causes: in shorter ones a full collection
 * falls into few of them, and the median leaves it out.
 */
export const fullEffort: Effort = { coldStartMillis: 500, warmUpMillis: 200, runMillis: 200, rounds: 9 };

/** Proves that everything runs. Its figures mean nothing. */
export const quickEffort: Effort = { coldStartMillis: 0, warmUpMillis: 0, runMillis: 0, rounds: 1 };

/** What one contestant took: CPU microseconds, user and system, of all threads, for one request; one for each round. */
export type Runs = readonly number[];

/** A run starts with this part of its requests untimed: a collection leaves caches cold. */
const leadInPart = 0.1;

/**
 * Lets the contestants answer the same requests in turns and returns what each took.
 *
 * A turn lasts about `runMillis` of CPU time, whatever the contestant costs, so each is measured equally well. Who
 * begins changes from round to round. Young garbage is collected between turns, so that nobody pays for another's;
 * what the collector does within a turn, on any thread, is part of the figure.
 */
export async function measure<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  requests: readonly Uint8Array[],
  effort: Effort,
): Promise<Record<Name, Runs>> {
  const turns: { name: Name; contestant: Contestant; count: number; runs: number[] }[] = [];
  for (const name of Object.keys(contestants) as Name[]) {
    const contestant = contestants[name];
    turns.push({
      name,
      contestant,
      count: await warmUp(contestant, requests, effort.warmUpMillis, effort),
      runs: [],
    });
  }
  for (let round = 0; round < effort.rounds; round++) {
    const first = round % turns.length;
    for (const { contestant, count, runs } of [...turns.slice(first), ...turns.slice(0, first)]) {
      // Never a full collection: it throws optimised code away, and a turn would time the compiler.
      globalThis.gc?.({ type: "minor" });
      await answerAll(contestant, requests, Math.ceil(count * leadInPart));
      runs.push((await answerAll(contestant, requests, count)) / count);
    }
  }
  return Object.fromEntries(turns.map(({ name, runs }): [Name, Runs] => [name, runs])) as Record<Name, Runs>;
}

/** Answers requests until `millis` of CPU time are spent, and returns how many requests fill one run. */
export async function warmUp(
  contestant: Contestant,
  requests: readonly Uint8Array[],
  millis: number,
  { runMillis }: Effort,
): Promise<number> {
  let count = 1;
  let last = 0;
  let total = 0;
  do {
    if (last < (runMillis * 1000) / 4) count *= 2; // doubled until one go is long enough to be read off the clock
    last = await answerAll(contestant, requests, count);
    total += last;
  } while (total < millis * 1000);
  return Math.max(1, Math.round((runMillis * 1000 * count) / Math.max(1, last)));
}

/** Answers `count` requests one after another and returns the CPU microseconds that took. */
async function answerAll(
  contestant: Contestant,
  requests: readonly Uint8Array[],
  count: number,
): Promise<number> {
  const before = process.cpuUsage();
  for (let left = count; left > 0;) {
    for (const request of requests) {
      const answer = contestant.answer(request);
      if (answer instanceof Promise) await answer;
      if (--left === 0) break;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
