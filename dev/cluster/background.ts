import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readArtifacts } from "./artifact-cache.js";
import type { ClusterOptions } from "./cluster.js";
import { ClusterError } from "./cluster-error.js";
import { findProcess, processNames } from "./cluster-process.js";
import type { ClusterProcess, ProcessName } from "./cluster-process.js";
import { startGuard } from "./guard.js";
import { takeLock } from "../process/lock.js";
import type { Lock } from "../process/lock.js";
import type { ProcessIdentity } from "../process/process-identity.js";
import { logFile, RunningCluster } from "./running-cluster.js";
import type { ClusterPlan, ClusterProcesses } from "./running-cluster.js";
import { launch } from "./start-cluster.js";

/** Where the `statefun` command keeps its cluster, relative to where it is called. */
export const defaultFolder = join(".statefun", "cluster");

/** Raised when the record's shape changes: a record of another version is not guessed at. */
const recordVersion = 1;

/** What one program writes down about a cluster so that another can find it. */
export interface ClusterRecord {
  readonly version: typeof recordVersion;
  readonly startedAt: string;
  readonly plan: ClusterPlan;
  /** The folder the jars are in. */
  readonly artifacts: string;
  readonly processes: Readonly<Record<ProcessName, ProcessIdentity>>;
}

/**
 * Starts a cluster that outlives this program, and writes a record of it into `folder`.
 *
 * @throws ClusterError as `startCluster` does, and `already-running` if the folder's cluster runs or is being started.
 */
export async function startInBackground(
  folder: string,
  options: Omit<ClusterOptions, "directory">,
): Promise<RunningCluster> {
  const lock = lockFolder(folder);
  try {
    discardDeadCluster(folder, options.onProgress);
    const directory = join(resolve(folder), "data");
    removeOldData(folder, directory);
    const { cluster, plan, artifacts, processes, guard } = await launch({ ...options, directory });
    const { kafka, jobmanager, taskmanager } = processes;
    writeRecord(folder, {
      version: recordVersion,
      startedAt: new Date().toISOString(),
      plan,
      artifacts: artifacts.directory,
      processes: {
        kafka: kafka.identity,
        jobmanager: jobmanager.identity,
        taskmanager: taskmanager.identity,
      },
    });
    guard.release();
    return cluster;
  } finally {
    lock.release();
  }
}

/** Lies beside each data folder of ours; without it such a folder belongs to somebody else. */
const dataMark = ".statefun-cluster-data";

/** Removes the data folder of an earlier cluster, and nothing that no cluster of ours wrote. */
function removeOldData(folder: string, directory: string): void {
  const mark = join(folder, dataMark);
  if (existsSync(directory) && readdirSync(directory).length > 0 && !existsSync(mark)) {
    throw new ClusterError(
      "invalid-argument",
      `${directory} holds files that no cluster wrote, and a cluster keeps its data there: choose another folder.`,
    );
  }
  rmSync(directory, { recursive: true, force: true });
  writeFileSync(mark, "The folder data holds what a local cluster writes; the next start empties it.\n");
}

function discardDeadCluster(folder: string, onProgress: ClusterOptions["onProgress"]): void {
  const record = readRecord(folder);
  if (record === undefined) return;
  const alive = recordedProcesses(record).filter((process) => process.running());
  if (alive.length > 0) {
    const list = alive.map(({ name, identity }) => `${name} (process ${String(identity.pid)})`).join(", ");
    throw new ClusterError(
      "already-running",
      `The cluster of ${resolve(folder)}, started at ${record.startedAt}, still has ${list}; Kafka is on port ` +
        `${String(record.plan.ports.kafka)}, Flink's UI on port ${String(record.plan.ports.flinkUi)}. "statefun cluster down" ends it; ` +
        `--directory starts a second one elsewhere.`,
    );
  }
  onProgress?.(`The cluster started at ${record.startedAt} is gone; starting a new one`);
  rmSync(recordFile(folder), { force: true });
}

/**
 * The cluster recorded in `folder`, for this program to use.
 *
 * @throws ClusterError `not-running` if there is no record or none of its processes runs.
 */
export function attach(folder: string, onProgress: (line: string) => void = () => undefined): RunningCluster {
  const record = readRecord(folder);
  if (record === undefined) throw noCluster(folder);
  const [kafka, jobmanager, taskmanager] = recordedProcesses(record);
  const artifacts = readArtifacts(record.artifacts);
  if (artifacts === undefined) {
    throw new ClusterError(
      "not-running",
      `The jars of the cluster, in ${record.artifacts}, are gone: start it again.`,
    );
  }
  if (kafka === undefined || jobmanager === undefined || taskmanager === undefined) throw noCluster(folder);
  const processes: ClusterProcesses = { kafka, jobmanager, taskmanager };
  if (!Object.values(processes).some((process: ClusterProcess) => process.running())) throw noCluster(folder);
  const { plan } = record;
  return new RunningCluster({
    plan,
    artifacts,
    processes,
    guard: startGuard(),
    temporary: false,
    onProgress,
  });
}

/** What became of each process. */
export type Stopped = Readonly<Record<ProcessName, "stopped" | "was gone">>;

/**
 * Ends exactly the processes of the record in `folder`, after making sure that each pid is still theirs, and
 * removes the record. Logs stay. `undefined` if there is no record.
 *
 * @throws ClusterError `already-running` while the cluster is being started, `time-out` if a process does not end.
 */
export async function stopBackground(folder: string): Promise<Stopped | undefined> {
  if (!existsSync(folder)) return undefined;
  const lock = lockFolder(folder);
  try {
    const record = readRecord(folder);
    if (record === undefined) return undefined;
    const outcomes = await Promise.all(
      recordedProcesses(record).map(async (process) => {
        const outcome = process.running() ? "stopped" : "was gone";
        await process.kill();
        return [process.name, outcome] as const;
      }),
    );
    rmSync(recordFile(folder), { force: true });
    return Object.fromEntries(outcomes) as Stopped;
  } finally {
    lock.release();
  }
}

/** The processes of a record, in the order of `processNames`. */
export function recordedProcesses(record: ClusterRecord): ClusterProcess[] {
  return processNames.map((name) =>
    findProcess(name, record.processes[name], logFile(record.plan.directory, name)),
  );
}

/** @throws ClusterError `not-running` if the record is of another version or damaged. */
export function readRecord(folder: string): ClusterRecord | undefined {
  const path = recordFile(folder);
  if (!existsSync(path)) return undefined;
  const record = parsed(readFileSync(path, "utf8"));
  if (record !== undefined) return record;
  throw new ClusterError(
    "not-running",
    `${path} was written by another version of statefun-dev, or is damaged. End the cluster's Java processes by hand ` +
      `if they still run, then remove the file.`,
  );
}

export function writeRecord(folder: string, record: ClusterRecord): void {
  mkdirSync(folder, { recursive: true });
  const path = recordFile(folder);
  writeFileSync(`${path}.new`, JSON.stringify(record, undefined, 2));
  renameSync(`${path}.new`, path);
}

/** @throws ClusterError `not-running` */
export function noCluster(folder: string): ClusterError {
  return new ClusterError(
    "not-running",
    `No cluster runs from ${resolve(folder)}: "statefun cluster up" starts one.`,
  );
}

function parsed(text: string): ClusterRecord | undefined {
  try {
    const value = JSON.parse(text) as Partial<ClusterRecord> | null;
    return value?.version === recordVersion ? (value as ClusterRecord) : undefined;
  } catch {
    return undefined;
  }
}

function recordFile(folder: string): string {
  return join(folder, "cluster.json");
}

function lockFolder(folder: string): Lock {
  mkdirSync(folder, { recursive: true });
  const lock = takeLock(join(folder, "lock"));
  if (!("heldBy" in lock)) return lock;
  throw new ClusterError(
    "already-running",
    `Process ${String(lock.heldBy.pid)} is starting or stopping the cluster of ${resolve(folder)}: wait for it, or end it with Ctrl-C.`,
  );
}
