import type { CommittedRecord, Observation } from "./expectations.js";
import { assertKnownForms } from "./known-forms.js";
import type { Passage } from "./passage.js";
import type { GivenRecord, GivenValue, JobState, Scenario, Step, Until } from "./scenario.js";
import type { ScriptedFunction } from "./scripted-function.js";
import { bytesOf } from "./values.js";

/** The Kafka topics of a scenario. */
export interface Topics {
  produce(topic: string, key: Uint8Array | null, value: Uint8Array | null): Promise<void>;
  /** What a reader of committed records has found so far, in the order of the topic. */
  committed(topic: string): Promise<readonly CommittedRecord[]>;
  /** The same, once the reader has come to the end of the topic. */
  allCommitted(topic: string): Promise<readonly CommittedRecord[]>;
}

/** The runtime that is replayed against. */
export interface Job {
  readonly state: JobState;
  /** How often it has started anew by itself, or after {@link kill}. */
  readonly restarts: number;
  /** Whether it runs, and does not wait to start anew. */
  readonly running: boolean;
  /** Starts it, from a savepoint or from nothing. It does not throw: a refusal is a state. */
  start(savepoint?: string): Promise<void>;
  /** Waits for the next commit of all that has happened. */
  checkpoint(): Promise<void>;
  /** Lets it die without warning, and starts another on what is durable. */
  kill(): Promise<void>;
  /** Ends it and keeps what is durable under a name. */
  stopWithSavepoint(name: string): Promise<void>;
}

/** Everything a replay works with. */
export interface Stage {
  readonly script: ScriptedFunction;
  readonly topics: Topics;
  readonly job: Job;
  readonly passage: Passage;
}

/** How long the recording went on after the last step, for answers that were still to come. */
const lastAnswersMillis = 3000;

/** How long an `until` may take that does not say, in milliseconds. */
const defaultUntilMillis = 60_000;

/**
 * Makes the steps of a scenario happen and tells what was seen.
 *
 * @throws Error if something that a step waits for never happens
 */
export async function replay(scenario: Scenario, stage: Stage): Promise<Observation> {
  assertKnownForms(scenario);
  const { script, topics, job } = stage;
  await script.start();
  if (scenario.lateStart !== true) await job.start();
  for (const [index, step] of scenario.steps.entries()) {
    await play(step, stage).catch((error: unknown) => {
      throw new Error(`Step ${String(index)}, ${JSON.stringify(step).slice(0, 200)}: ${stageText(stage)}`, {
        cause: error,
      });
    });
  }
  if (script.waiting.length > 0) await stage.passage.pass(lastAnswersMillis);
  const records = new Map<string, readonly CommittedRecord[]>();
  for (const topic of Object.keys(scenario.topics).filter((name) => name.endsWith("-out"))) {
    records.set(topic, await topics.allCommitted(topic));
  }
  return { requests: script.requests, records, job: job.state };
}

async function play(step: Step, { script, topics, job, passage }: Stage): Promise<void> {
  if ("produce" in step) await produce(topics, step.produce);
  else if ("produceMany" in step) {
    const { topic, key, from = 1, upto, command = {} } = step.produceMany;
    for (let note = from; note <= upto; note++) {
      await produce(topics, [{ topic, key, value: [{ note, ...command }] }]);
    }
  } else if ("until" in step) await until(step.until, { script, topics, job, passage });
  else if ("sleep" in step) await passage.pass(step.sleep);
  else if ("settle" in step) await passage.pass(step.settle);
  else if ("noCheckpointFor" in step) await passage.pass(step.noCheckpointFor);
  else if ("release" in step) script.release(step.release);
  else if ("deploy" in step) script.deploy(step.deploy);
  else if ("server" in step) await (step.server === "stop" ? script.stop() : script.start());
  else if ("checkpoint" in step) await job.checkpoint();
  else if ("killWorker" in step) await job.kill();
  else if ("running" in step) await expectRunning(job, passage);
  else if ("stopWithSavepoint" in step) await job.stopWithSavepoint(step.stopWithSavepoint);
  else await job.start(step.start.from);
}

async function produce(topics: Topics, records: readonly GivenRecord[]): Promise<void> {
  for (const { topic, key, value } of records)
    await topics.produce(topic, bytesOrNull(key), bytesOrNull(value));
}

function bytesOrNull(value: GivenValue | null): Uint8Array | null {
  return value === null ? null : bytesOf(value);
}

async function expectRunning(job: Job, passage: Passage): Promise<void> {
  if (!(await passage.until({ holds: () => job.running }, defaultUntilMillis)))
    throw new Error("It never ran.");
}

async function until(wanted: Until, { script, topics, job, passage }: Stage): Promise<void> {
  const { requests, idle, egress, job: state, restarts, timeout = defaultUntilMillis } = wanted;
  const since = passage.now();
  const idleFrom = (): number => Math.max(since, script.lastArrivalMillis ?? since);
  const reached = await passage.until(
    {
      holds: async () =>
        (requests === undefined || script.requests.length >= requests) &&
        (idle === undefined || passage.now() - idleFrom() >= idle) &&
        (state === undefined || job.state === state) &&
        (restarts === undefined || job.restarts >= restarts) &&
        (egress === undefined || (await topics.committed(egress.topic)).length >= egress.count),
      nextMillis: () => (idle === undefined ? undefined : later(idleFrom() + idle, passage.now())),
    },
    timeout,
  );
  if (!reached) throw new Error(`This did not come to hold within ${String(timeout)} ms.`);
}

/** A time that is still to come. */
function later(atMillis: number, now: number): number | undefined {
  return atMillis > now ? atMillis : undefined;
}

function stageText({ script, job }: Stage): string {
  return `${String(script.requests.length)} requests so far, ${String(script.waiting.length)} of them wait; the runtime is ${job.state} and has restarted ${String(job.restarts)} times`;
}
