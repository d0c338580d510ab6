import { pathToFileURL } from "node:url";
import { ClusterError } from "./cluster-error.js";
import type { FlinkRest } from "./flink-rest.js";
import { causes } from "./stack-trace.js";
import { waitFor } from "./wait-for.js";

/** Flink's words for where a job is in its life. */
export type JobState =
  | "INITIALIZING"
  | "CREATED"
  | "RUNNING"
  | "RESTARTING"
  | "FAILING"
  | "FAILED"
  | "CANCELLING"
  | "CANCELED"
  | "FINISHED"
  | "SUSPENDED"
  | "RECONCILING";

const terminal: ReadonlySet<string> = new Set(["FAILED", "CANCELED", "FINISHED"]);

/** A job is deployed in seconds, and takes as long again after each failure; this allows for a very busy machine. */
const runningLimitMillis = 180_000;
const checkpointLimitMillis = 180_000;
const cancelLimitMillis = 120_000;

/** How {@link Job.savepoint} takes a savepoint. */
export interface SavepointOptions {
  /** A folder of this machine to put the savepoint's own folder into; by default one that goes with the cluster. */
  readonly directory?: string;
  /**
   * Ends the job in the same step, so nothing is processed between the two: what starts from the savepoint goes on
   * exactly where this job ended. Default `false`.
   */
  readonly cancel?: boolean;
}

/** A module running on the cluster: one Flink job. */
export interface Job {
  /** Flink's id of the job: 32 hexadecimal digits. */
  readonly id: string;
  /**
   * Where the job is in its life.
   *
   * @throws ClusterError `not-running` if Flink does not answer or does not know the job.
   */
  state(): Promise<JobState>;
  /**
   * Resolves when every part of the job runs, after a restart too.
   *
   * @throws ClusterError `job-failed` if the job has ended, `time-out` with its last failure if it keeps failing.
   */
  waitUntilRunning(): Promise<void>;
  /**
   * Resolves when a checkpoint that began after this call has completed. What an exactly-once egress was given
   * before the call is visible to readers then.
   *
   * @throws ClusterError `job-failed` if the job has ended, `time-out` with its last failure if it keeps failing.
   */
  checkpointed(): Promise<void>;
  /**
   * How often the job has been restarted after a failure. Flink tells a second or two late.
   *
   * @throws ClusterError `process-died` or `time-out` if Flink does not tell.
   */
  restarts(): Promise<number>;
  /**
   * Takes a savepoint and returns where it is, for `fromSavepoint`. Calls to functions that are in flight are
   * part of it and made again.
   *
   * @throws ClusterError `job-failed` if Flink could not take it.
   */
  savepoint(options?: SavepointOptions): Promise<string>;
  /**
   * Ends the job. Resolves when it has ended; does nothing if it had already.
   *
   * @throws ClusterError `not-running` if Flink does not answer, `job-failed` if it refuses, `time-out` if the job
   * does not end.
   */
  cancel(): Promise<void>;
}

/** Whether a job in this state still holds on to the worker. */
export function isActive(state: string): boolean {
  return !terminal.has(state);
}

export interface JobEnvironment {
  readonly rest: FlinkRest;
  /** Throws if a process the job needs has died. */
  readonly check: () => void;
  readonly savepointDirectory: string;
}

export class FlinkJob implements Job {
  readonly id: string;
  readonly #environment: JobEnvironment;
  #lastFailure: string | undefined;

  constructor(id: string, environment: JobEnvironment) {
    this.id = id;
    this.#environment = environment;
  }

  async state(): Promise<JobState> {
    const details = await this.#rest.job(this.id);
    if (details === undefined)
      throw new ClusterError("not-running", `Flink does not answer for job ${this.id}.`);
    return details.state as JobState;
  }

  async waitUntilRunning(): Promise<void> {
    await this.#waitFor("to run", runningLimitMillis, async () => {
      const details = await this.#rest.job(this.id);
      await this.#failIfEnded(details?.state);
      const running =
        details?.state === "RUNNING" && details.vertices.every(({ status }) => status === "RUNNING");
      return running ? true : undefined;
    });
  }

  async checkpointed(): Promise<void> {
    const asked = Date.now(); // Flink runs on this machine, so its clock is ours
    await this.#waitFor("to complete a checkpoint", checkpointLimitMillis, async () => {
      const latest = (await this.#rest.checkpoints(this.id))?.latest.completed;
      if (latest !== null && latest !== undefined && latest.trigger_timestamp > asked) return true;
      await this.#failIfEnded((await this.#rest.job(this.id))?.state);
      return undefined;
    });
  }

  restarts(): Promise<number> {
    return this.#waitFor("to tell its restarts", runningLimitMillis, () => this.#rest.restarts(this.id));
  }

  async savepoint(options: SavepointOptions = {}): Promise<string> {
    const { directory = this.#environment.savepointDirectory, cancel = false } = options;
    const target = pathToFileURL(directory).href;
    const request = await this.#rest.triggerSavepoint(this.id, { directory: target, cancel });
    const operation = await this.#waitFor("to complete a savepoint", checkpointLimitMillis, async () => {
      const status = await this.#rest.savepoint(this.id, request);
      return status?.status.id === "COMPLETED" ? status.operation : undefined;
    });
    if (operation.location === undefined) {
      const failure = operation["failure-cause"]?.["stack-trace"] ?? "Flink does not say why";
      throw new ClusterError("job-failed", `Flink took no savepoint of job ${this.id}: ${causes(failure)}`);
    }
    if (cancel) await this.#ended();
    return operation.location;
  }

  async cancel(): Promise<void> {
    if (!isActive(await this.state())) return;
    await this.#rest.cancel(this.id);
    await this.#ended();
  }

  get #rest(): FlinkRest {
    return this.#environment.rest;
  }

  async #ended(): Promise<void> {
    await this.#waitFor("to end", cancelLimitMillis, async () => {
      const state = (await this.#rest.job(this.id))?.state;
      return state !== undefined && !isActive(state) ? true : undefined;
    });
  }

  async #failIfEnded(state: string | undefined): Promise<void> {
    this.#lastFailure = (await this.#rest.lastFailure(this.id)) ?? this.#lastFailure;
    if (state === undefined || isActive(state)) return;
    throw new ClusterError("job-failed", `Job ${this.id} has ended (${state}). ${this.#explain()}`);
  }

  #waitFor<T>(what: string, limitMillis: number, condition: () => Promise<T | undefined>): Promise<T> {
    return waitFor(condition, {
      what: `job ${this.id} ${what}`,
      limitMillis,
      check: this.#environment.check,
      explain: () => this.#explain(),
    });
  }

  #explain(): string {
    return this.#lastFailure === undefined ? "" : `Its last failure: ${causes(this.#lastFailure)}`;
  }
}
