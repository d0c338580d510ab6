import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { artifactDirectory, resolveArtifacts } from "./artifact-cache.js";
import type { Artifacts } from "./artifact-cache.js";
import type { Cluster, ClusterOptions } from "./cluster.js";
import { ClusterError } from "./cluster-error.js";
import type { ClusterProcess } from "./cluster-process.js";
import { flinkHasWorker, prepareFlink, startJobmanager, startTaskmanager } from "./flink.js";
import { FlinkRest } from "./flink-rest.js";
import { startGuard } from "./guard.js";
import type { Guard } from "./guard.js";
import { findJava } from "./java.js";
import type { Java } from "./java.js";
import { kafkaAnswers, startKafka } from "./kafka.js";
import { checkPortIsFree, freePorts, host } from "./ports.js";
import { flinkProgram, logFile, RunningCluster, workerId } from "./running-cluster.js";
import type { ClusterPlan, ClusterPorts, ClusterProcesses } from "./running-cluster.js";
import { throwIfInterrupted } from "./wait-for.js";

const defaultSlots = 4;

/** A picked port may be taken by another program before Java listens on it; twice in a row is bad luck enough. */
const portAttempts = 3;

/**
 * Starts Kafka and a Flink cluster with StateFun on this machine, and resolves when both answer. The first time,
 * Maven fetches about 250 MB.
 *
 * The cluster ends with this program, however that ends; it does not keep the program alive.
 *
 * @throws ClusterError `java-missing`, `maven-missing`, `download-failed`, `port-taken`, `process-died` (with the
 * last lines of its log), `time-out`, `interrupted` (by `signal`), `invalid-argument`. Nothing is left running then.
 */
export function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  return launch(options).then(({ cluster }) => cluster);
}

/** A cluster that has just been started, and what is needed to let it outlive this program. */
export interface Launch {
  readonly cluster: RunningCluster;
  readonly plan: ClusterPlan;
  readonly artifacts: Artifacts;
  readonly processes: ClusterProcesses;
  readonly guard: Guard;
}

/** As {@link startCluster}. */
export async function launch(options: ClusterOptions): Promise<Launch> {
  const { onProgress = () => undefined, ports = {}, signal, slots = defaultSlots } = options;
  await checkOptions(options);
  const java = await findJava();
  throwIfInterrupted(signal);
  const temporary = options.directory === undefined;
  const directory = options.directory === undefined ? newTemporaryDirectory() : resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  const guard = startGuard(temporary ? { directory } : {});
  try {
    const { cacheDirectory } = options;
    const cache =
      cacheDirectory === undefined
        ? artifactDirectory()
        : artifactDirectory({ STATEFUN_DEV_CACHE: cacheDirectory });
    const artifacts = await resolveArtifacts(resolve(cache), { guard, onProgress, signal });
    for (let attempt = 1; ; attempt += 1) {
      const plan = { java: java.command, directory, ports: await pickPorts(ports), slots };
      try {
        const processes = await startProcesses({ plan, artifacts, java, guard, options });
        const cluster = new RunningCluster({ plan, artifacts, processes, guard, temporary, onProgress });
        return { cluster, plan, artifacts, processes, guard };
      } catch (error) {
        if (attempt === portAttempts || !lostItsPort(error)) throw error;
        onProgress("Another program took a port that was free a moment ago; trying with other ports");
        emptyDirectory(directory);
      }
    }
  } catch (error) {
    guard.release(); // everything has been stopped
    const logsAreOfUse = existsSync(join(directory, "logs")) && !signal?.aborted;
    if (temporary && !logsAreOfUse) rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

async function checkOptions({ ports = {}, directory, slots = defaultSlots }: ClusterOptions): Promise<void> {
  if (!Number.isInteger(slots) || slots < 1) {
    throw new ClusterError(
      "invalid-argument",
      `A worker cannot have ${String(slots)} slots: give a whole number, 1 or more.`,
    );
  }
  if (directory !== undefined && existsSync(directory) && readdirSync(directory).length > 0) {
    throw new ClusterError(
      "invalid-argument",
      `${resolve(directory)} is not empty: name a folder that is, or one that does not exist.`,
    );
  }
  if (ports.kafka !== undefined) await checkPortIsFree(ports.kafka, "Kafka");
  if (ports.flinkUi !== undefined) await checkPortIsFree(ports.flinkUi, "Flink's UI");
}

async function pickPorts(wanted: NonNullable<ClusterOptions["ports"]>): Promise<ClusterPorts> {
  const [kafka = 0, kafkaController = 0, flinkUi = 0, jobmanager = 0] = await freePorts(4);
  return { kafka: wanted.kafka ?? kafka, kafkaController, flinkUi: wanted.flinkUi ?? flinkUi, jobmanager };
}

function newTemporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "statefun-cluster-"));
}

function emptyDirectory(directory: string): void {
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true, force: true });
}

interface Start {
  readonly plan: ClusterPlan;
  readonly artifacts: Artifacts;
  readonly java: Java;
  readonly guard: Guard;
  readonly options: ClusterOptions;
}

/** Starts all processes side by side; when one fails, ends the others. */
async function startProcesses(start: Start): Promise<ClusterProcesses> {
  const { onProgress = () => undefined, signal } = start.options;
  const { ports } = start.plan;
  onProgress(
    `Starting Kafka on port ${String(ports.kafka)} and Flink, with its UI on port ${String(ports.flinkUi)} (Java ${String(start.java.version)})`,
  );
  const failure = new AbortController();
  const stopWaiting = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const started: ClusterProcess[] = [];
  const remember = (process: ClusterProcess): ClusterProcess => {
    started.push(process);
    return process;
  };
  const parts = [
    startBroker(start, remember, stopWaiting),
    startFlink(start, remember, stopWaiting),
  ] as const;
  try {
    const [kafka, flink] = await Promise.all(parts);
    return { kafka, ...flink };
  } catch (error) {
    failure.abort();
    await Promise.allSettled(parts);
    await Promise.all(started.map((process) => process.kill()));
    throwIfInterrupted(signal);
    throw error;
  }
}

/** Whether this is the error of a process that could not listen on the port picked for it. */
function lostItsPort(error: unknown): boolean {
  if (!(error instanceof ClusterError) || error.code !== "process-died") return false;
  return /BindException|Address already in use/.test(error.message); // died() quotes such a line wherever it stands
}

type Remember = (process: ClusterProcess) => ClusterProcess;

async function startBroker(start: Start, remember: Remember, signal: AbortSignal): Promise<ClusterProcess> {
  const { plan, artifacts, guard, options } = start;
  const settings = {
    java: plan.java,
    classPath: artifacts.classPath.kafka,
    directory: join(plan.directory, "kafka"),
    log: logFile(plan.directory, "kafka"),
    port: plan.ports.kafka,
    controllerPort: plan.ports.kafkaController,
  };
  const kafka = remember(await startKafka(settings, { guard, signal }));
  await kafkaAnswers(kafka, plan.ports.kafka, signal);
  options.onProgress?.(`Kafka answers on ${host}:${String(plan.ports.kafka)}`);
  return kafka;
}

async function startFlink(
  start: Start,
  remember: Remember,
  signal: AbortSignal,
): Promise<Pick<ClusterProcesses, "jobmanager" | "taskmanager">> {
  const { plan, artifacts, guard, options } = start;
  const program = flinkProgram(plan, artifacts);
  prepareFlink({
    directory: program.directory,
    restPort: plan.ports.flinkUi,
    jobmanagerPort: plan.ports.jobmanager,
    slots: plan.slots,
    conf: options.flinkConf ?? {},
  });
  const id = workerId();
  const jobmanager = remember(await startJobmanager(program, logFile(plan.directory, "jobmanager"), guard));
  const taskmanager = remember(
    await startTaskmanager(program, id, logFile(plan.directory, "taskmanager"), guard),
  );
  const url = `http://${host}:${String(plan.ports.flinkUi)}`;
  await flinkHasWorker(new FlinkRest(url), id, [jobmanager, taskmanager], signal);
  options.onProgress?.(`Flink has its worker; its UI is ${url}`);
  return { jobmanager, taskmanager };
}
