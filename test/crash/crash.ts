import { setTimeout as delay } from "node:timers/promises";
import { withoutMarks } from "../cluster/kafka-records.js";
import { Random } from "../support/random.js";
import type { Outcome } from "./contract.js";
import { differences } from "./differences.js";
import { post } from "./http-door.js";
import { arrivals } from "./inputs.js";
import type { Arrival } from "./inputs.js";
import { writeAll } from "./kafka-door.js";
import type { Killable } from "./killable.js";
import { plannedKills } from "./kills.js";
import type { Kill } from "./kills.js";
import { expectedOf } from "./model.js";
import type { Expected, Found } from "./model.js";
import { startSystem } from "./system.js";
import type { System } from "./system.js";

/** A wrong that is done on purpose, to see that it is found. */
export type Fault = "doubled" | "lost" | "at-least-once";

export interface CrashOptions {
  readonly records: number;
  /** Kills of the runtime. */
  readonly kills: number;
  readonly functionKills: number;
  readonly seed: number;
  readonly fault?: Fault | undefined;
  readonly onProgress: (line: string) => void;
}

/** What a run was like. */
export interface CrashReport {
  /** None if nothing was lost and nothing doubled. */
  readonly differences: readonly string[];
  readonly outcomes: number;
  readonly runtimeKills: number;
  readonly functionKills: number;
  /** Kills that met records on their way. */
  readonly killsUnderLoad: number;
}

/** So many HTTP clients send one record after the other. */
const clients = 12;

/** So often a client sends a request again that was answered. */
const oneInRepeated = 20;

/** Nothing has come for that long: nothing more will. Longer than the longest start and back-off, by far. */
const stallMillis = 240_000;

/** Everything has been sent and nothing has moved for that long: what is missing is lost. */
const settledMillis = 15_000;
const pollMillis = 20;
const standingMillis = 500;

/** One run: the records go in, the kills happen, and what comes out is compared with the model. */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const system = await startSystem(options.fault === "at-least-once" ? "at-least-once" : "exactly-once");
  try {
    return await new Run(options, system).report();
  } finally {
    await system.stop();
  }
}

class Run {
  readonly #options: CrashOptions;
  readonly #system: System;
  readonly #arrivals: readonly Arrival[];
  readonly #expected: Expected;
  /** Never more outcomes than this are on their way, so that kills are spread over all of them. */
  readonly #mostAhead: number;
  readonly #failed = new AbortController();
  #sentOutcomes = 0;
  #isSent = false;
  #killsUnderLoad = 0;
  #movedAt = Date.now();
  #lastSeen = 0;

  constructor(options: CrashOptions, system: System) {
    const { records, kills, seed } = options;
    this.#options = options;
    this.#system = system;
    this.#arrivals = arrivals(records, new Random(seed));
    this.#expected = expectedOf(this.#arrivals);
    this.#mostAhead = Math.min(3_000, Math.max(100, Math.floor(records / (kills + 1) / 3)));
  }

  async report(): Promise<CrashReport> {
    const { kills, functionKills, seed, onProgress } = this.#options;
    const { runtime, functions } = this.#system;
    const outcomes = this.#expected.outcomes.size;
    const printing = this.#printProgress();
    try {
      await this.#together([
        this.#send(),
        this.#killAll(runtime, plannedKills(kills, outcomes, new Random(seed + 1))),
        this.#killAll(functions, plannedKills(functionKills, outcomes, new Random(seed + 2))),
      ]);
      await this.#settled();
      onProgress("all has come; the runtime is killed once more, and its state is read from disk");
      await runtime.killAndStart();
      await this.#settled();
      const found = await this.#found();
      return {
        differences: differences(this.#expected, found),
        outcomes: found.outcomes.length,
        runtimeKills: runtime.kills,
        functionKills: functions.kills,
        killsUnderLoad: this.#killsUnderLoad,
      };
    } catch (error) {
      const lines = [functions, runtime].map((process) => process.lastLines());
      throw new Error([String(error), ...lines].join("\n"), { cause: error });
    } finally {
      clearInterval(printing);
    }
  }

  /** The first failure ends the others, too. */
  async #together(parts: readonly Promise<void>[]): Promise<void> {
    try {
      await Promise.all(parts);
    } catch (error) {
      this.#failed.abort();
      await Promise.allSettled(parts);
      throw error;
    }
  }

  async #send(): Promise<void> {
    const { seed } = this.#options;
    const http = this.#arrivals.filter(({ door }) => door === "http");
    const kafka = this.#arrivals.filter(({ door }) => door === "kafka");
    const queue = http.values();
    await this.#together([
      ...Array.from({ length: clients }, (_, at) => this.#client(queue, new Random(seed + 10 + at))),
      writeAll(this.#system.kafka, kafka, new Random(seed + 3), (records) => this.#mayGo(records)),
    ]);
    this.#isSent = true;
  }

  async #client(queue: Iterator<Arrival>, random: Random): Promise<void> {
    const { ingressUrl } = this.#system;
    const { fault } = this.#options;
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const arrival = next.value;
      await this.#mayGo([arrival]);
      const isChosen = arrival === this.#victim();
      if (isChosen && fault === "lost") continue;
      await post(ingressUrl, arrival, this.#failed.signal);
      if (isChosen && fault === "doubled") await post(ingressUrl, arrival, this.#failed.signal, "another");
      if (random.below(oneInRepeated) === 0) await post(ingressUrl, arrival, this.#failed.signal);
    }
  }

  /** The record that a planted fault is about. */
  #victim(): Arrival | undefined {
    return this.#arrivals.find(({ door, input }) => door === "http" && input.way === "at once");
  }

  /** Waits until not too much is on its way. */
  async #mayGo(records: readonly Arrival[]): Promise<void> {
    await this.#until("records to come out", () => this.#sentOutcomes - this.#seen() < this.#mostAhead);
    this.#sentOutcomes += records.filter(({ input }) => input.way !== "revoked").length;
  }

  async #killAll(process: Killable, kills: readonly Kill[]): Promise<void> {
    for (const { atOutcomes, afterMillis, againAfterMillis } of kills) {
      await this.#until(
        `the kill at record ${String(atOutcomes)}`,
        () => this.#seen() >= atOutcomes || (this.#isSent && Date.now() - this.#movedAt > settledMillis),
      );
      await delay(afterMillis);
      if (this.#sentOutcomes > this.#seen()) this.#killsUnderLoad += againAfterMillis === undefined ? 1 : 2;
      await process.killAndStart(againAfterMillis);
      this.#movedAt = Date.now();
    }
  }

  /** How many committed records have been read. */
  #seen(): number {
    const { length } = this.#system.outcomes.records;
    if (length !== this.#lastSeen) {
      this.#lastSeen = length;
      this.#movedAt = Date.now();
    }
    return length;
  }

  /** @throws Error if something else failed, a process ended by itself, or nothing has moved for long */
  async #until(what: string, condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failed.signal.aborted) throw new Error(`there was no waiting for ${what} after a failure`);
      this.#system.runtime.check();
      this.#system.functions.check();
      if (Date.now() - this.#movedAt > stallMillis) {
        throw new Error(`waited for ${what}, and nothing has moved for ${String(stallMillis / 1_000)} s`);
      }
      await delay(pollMillis);
    }
  }

  /** Resolves when all that is expected has come or nothing has moved for long, and the runtime has nothing left to do. */
  async #settled(): Promise<void> {
    const { api } = this.#system;
    this.#movedAt = Date.now();
    for (;;) {
      const isAllThere = this.#seen() >= this.#expected.outcomes.size;
      const { moving } = await api.standing();
      if (moving === 0 && (isAllThere || Date.now() - this.#movedAt > settledMillis)) return;
      await this.#until("the runtime to finish", () => true);
      if (Date.now() - this.#movedAt > stallMillis) {
        throw new Error(`the runtime has ${String(moving)} messages and records left, and they do not move`);
      }
      await delay(standingMillis);
    }
  }

  async #found(): Promise<Found> {
    const { api, kafka, outcomes } = this.#system;
    const isRead = await kafka.markEnds("outcomes", outcomes);
    this.#movedAt = Date.now();
    await this.#until("the topic to be read to its end", isRead);
    const { delayed } = await api.standing();
    return {
      states: await api.states(),
      outcomes: withoutMarks(outcomes.records).map(({ key, value }) => ({
        key,
        outcome: JSON.parse(value) as Outcome,
      })),
      delayed,
    };
  }

  #printProgress(): NodeJS.Timeout {
    const { runtime, functions } = this.#system;
    return setInterval(() => {
      const seen = `${String(this.#lastSeen)} of ${String(this.#expected.outcomes.size)} records have come`;
      this.#options.onProgress(
        `${seen}; killed: runtime ${String(runtime.kills)}, functions ${String(functions.kills)}`,
      );
    }, 10_000);
  }
}
