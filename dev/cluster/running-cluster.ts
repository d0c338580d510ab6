import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Artifacts } from "./artifact-cache.js";
import type { Cluster, ModuleSource, RunOptions, TopicOptions } from "./cluster.js";
import { ClusterError } from "./cluster-error.js";
import { checkRunning, logTail, processNames, shownLogLines } from "./cluster-process.js";
import type { ClusterProcess, ProcessName } from "./cluster-process.js";
import { flinkHasWorker, startTaskmanager } from "./flink.js";
import type { FlinkProgram } from "./flink.js";
import { flinkFolders } from "./flink-conf.js";
import { FlinkRest } from "./flink-rest.js";
import type { Guard } from "./guard.js";
import { FlinkJob, isActive } from "./job.js";
import type { Job, JobEnvironment } from "./job.js";
import { createMissingTopics } from "./kafka.js";
import { kafkaUses, mapAddresses } from "./module-text.js";
import { host } from "./ports.js";
import { submit } from "./submit.js";
import { waitFor } from "./wait-for.js";

/** Flink answers within milliseconds unless the machine is overloaded. */
const answerLimitMillis = 60_000;

export interface ClusterPorts {
  readonly kafka: number;
  readonly kafkaController: number;
  readonly flinkUi: number;
  readonly jobmanager: number;
}

/** What is fixed for the life of a cluster. Plain data: a file keeps it for other programs. */
export interface ClusterPlan {
  readonly java: string;
  readonly directory: string;
  readonly ports: ClusterPorts;
  readonly slots: number;
}

export type ClusterProcesses = Readonly<Record<ProcessName, ClusterProcess>>;

export function logFile(directory: string, name: ProcessName | "client"): string {
  return join(directory, "logs", `${name}.log`);
}

export function flinkProgram(plan: ClusterPlan, artifacts: Artifacts): FlinkProgram {
  return { java: plan.java, classPath: artifacts.classPath.flink, directory: join(plan.directory, "flink") };
}

export interface ClusterParts {
  readonly plan: ClusterPlan;
  readonly artifacts: Artifacts;
  readonly processes: ClusterProcesses;
  readonly guard: Guard;
  /** Whether the cluster's folder is removed when it stops. */
  readonly temporary: boolean;
  readonly onProgress: (line: string) => void;
}

/** A cluster whose processes run, whoever started them. */
export class RunningCluster implements Cluster {
  readonly kafka: string;
  readonly flinkUi: string;
  readonly logs: Readonly<Record<ProcessName | "client", string>>;
  readonly #parts: ClusterParts;
  readonly #rest: FlinkRest;
  #worker: ClusterProcess | undefined;

  constructor(parts: ClusterParts) {
    const { directory, ports } = parts.plan;
    this.#parts = parts;
    this.kafka = `${host}:${String(ports.kafka)}`;
    this.flinkUi = `http://${host}:${String(ports.flinkUi)}`;
    this.logs = {
      kafka: logFile(directory, "kafka"),
      jobmanager: logFile(directory, "jobmanager"),
      taskmanager: logFile(directory, "taskmanager"),
      client: logFile(directory, "client"),
    };
    this.#rest = new FlinkRest(this.flinkUi);
    this.#worker = parts.processes.taskmanager;
  }

  async createTopics(names: readonly string[], { partitions = 1 }: TopicOptions = {}): Promise<void> {
    const created = await createMissingTopics(this.kafka, names, partitions);
    if (created.length > 0)
      this.#parts.onProgress(`Created ${counted(created.length, "topic")}: ${created.join(", ")}`);
  }

  async run(module: ModuleSource, options: RunOptions = {}): Promise<Job> {
    const { parallelism = 1, topics = [], map = {}, name, fromSavepoint } = options;
    this.#checkParallelism(parallelism);
    const text = mapAddresses(readModule(module), map);
    this.#check();
    await this.#checkNoJobIsActive();
    await this.createTopics([...this.#ingressTopics(text), ...topics]);
    const { plan, artifacts, guard } = this.#parts;
    const client = {
      program: flinkProgram(plan, artifacts),
      statefunJar: artifacts.statefunJar,
      log: this.logs.client,
      guard,
    };
    const id = await submit({ module: text, name, parallelism, fromSavepoint }, client);
    return this.job(id);
  }

  /** The jobs Flink remembers, the newest first. */
  async jobs(): Promise<readonly { readonly id: string; readonly name: string; readonly state: string }[]> {
    const jobs = await waitFor(() => this.#rest.jobs(), {
      what: `Flink to answer on ${this.flinkUi}`,
      limitMillis: answerLimitMillis,
      check: () => {
        checkRunning(this.#parts.processes.jobmanager);
      },
    });
    return jobs.map(({ jid: id, name, state }) => ({ id, name, state }));
  }

  job(id: string): Job {
    const environment: JobEnvironment = {
      rest: this.#rest,
      check: () => {
        this.#check();
      },
      savepointDirectory: flinkFolders(join(this.#parts.plan.directory, "flink")).savepoints,
    };
    return new FlinkJob(id, environment);
  }

  async killWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.kill();
  }

  async startWorker(): Promise<void> {
    if (this.#worker?.running()) {
      throw new ClusterError(
        "already-running",
        "The cluster has its worker: startWorker() is for after killWorker().",
      );
    }
    const { plan, artifacts, guard, processes } = this.#parts;
    const id = workerId();
    this.#worker = await startTaskmanager(flinkProgram(plan, artifacts), id, this.logs.taskmanager, guard);
    await flinkHasWorker(this.#rest, id, [processes.jobmanager, this.#worker]);
  }

  recentLogs(lines: number = shownLogLines): string {
    return processNames.map((name) => logTail({ name, log: this.logs[name] }, lines)).join("\n");
  }

  async stop(): Promise<void> {
    const { processes, temporary, plan, guard } = this.#parts;
    const all = new Set(Object.values(processes));
    if (this.#worker !== undefined) all.add(this.#worker);
    await Promise.all([...all].map((process) => process.kill()));
    if (temporary) rmSync(plan.directory, { recursive: true, force: true, maxRetries: 3 });
    guard.release();
  }

  /** Every process that ought to run does, or this throws with its log. */
  #check(): void {
    const { kafka, jobmanager } = this.#parts.processes;
    for (const process of [kafka, jobmanager, this.#worker]) if (process !== undefined) checkRunning(process);
  }

  #checkParallelism(parallelism: number): void {
    const { slots } = this.#parts.plan;
    if (Number.isInteger(parallelism) && parallelism >= 1 && parallelism <= slots) return;
    throw new ClusterError(
      "invalid-argument",
      `A parallelism of ${String(parallelism)} is not possible: this cluster's worker has ${String(slots)} slots, so give 1 to ${String(slots)}.`,
    );
  }

  async #checkNoJobIsActive(): Promise<void> {
    const active = (await this.jobs()).find(({ state }) => isActive(state));
    if (active === undefined) return;
    throw new ClusterError(
      "job-active",
      `Job ${active.id} ("${active.name}") is ${active.state}. Two StateFun jobs that were submitted one by one cannot ` +
        `share a worker process, and this cluster has one: cancel that job first, or put both modules into one file.`,
    );
  }

  #ingressTopics(module: string): string[] {
    const uses = kafkaUses(module);
    for (const { kind, id, address } of uses) {
      if (address === this.kafka) continue;
      this.#parts.onProgress(
        `Note: ${kind} ${id} uses Kafka at ${address || "no address"}, which is not this cluster's (${this.kafka})`,
      );
    }
    return uses.filter(({ address }) => address === this.kafka).flatMap(({ topics }) => topics);
  }
}

/** The name Flink gets for a worker, so that a new one is told from one that was killed. */
export function workerId(): string {
  return `worker-${randomUUID().slice(0, 8)}`;
}

function readModule(module: ModuleSource): string {
  if ("text" in module) return module.text;
  try {
    return readFileSync(module.path, "utf8");
  } catch (cause) {
    throw new ClusterError("module-invalid", `The module ${module.path} cannot be read: ${String(cause)}`, {
      cause,
    });
  }
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${String(count)} ${noun}s`;
}
