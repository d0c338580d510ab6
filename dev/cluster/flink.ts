import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkRunning, logTail, startProcess } from "./cluster-process.js";
import type { ClusterProcess } from "./cluster-process.js";
import { flinkConf, flinkFolders, workerMemoryArguments } from "./flink-conf.js";
import type { FlinkSettings } from "./flink-conf.js";
import type { FlinkRest } from "./flink-rest.js";
import type { Guard } from "./guard.js";
import { flinkAccess, logFormat, quickStart } from "./java.js";
import { waitFor } from "./wait-for.js";

/** About ten seconds on an idle machine. */
const startLimitMillis = 180_000;

/** How to start any of Flink's programs. */
export interface FlinkProgram {
  readonly java: string;
  readonly classPath: string;
  readonly directory: string;
}

export function prepareFlink(settings: FlinkSettings): void {
  const folders = flinkFolders(settings.directory);
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  writeFileSync(join(folders.conf, "flink-conf.yaml"), flinkConf(settings));
}

/** What every Flink program gets in front of its main class. */
export function flinkArguments({ classPath, directory }: FlinkProgram): string[] {
  const temporary = `-Djava.io.tmpdir=${flinkFolders(directory).temporary}`;
  return ["-cp", classPath, ...flinkAccess, ...logFormat, temporary];
}

export function startJobmanager(program: FlinkProgram, log: string, guard: Guard): Promise<ClusterProcess> {
  const { java: command, directory } = program;
  const main = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";
  const conf = ["--configDir", flinkFolders(directory).conf];
  const args = [...quickStart, "-Xmx768m", ...flinkArguments(program), main, ...conf];
  return startProcess({ name: "jobmanager", command, args, directory, log }, guard);
}

/** Starts a worker that Flink knows as `id`. */
export function startTaskmanager(
  program: FlinkProgram,
  id: string,
  log: string,
  guard: Guard,
): Promise<ClusterProcess> {
  const { java: command, directory } = program;
  const memory = ["-XX:+UseSerialGC", "-Xmx1g", "-XX:MaxDirectMemorySize=512m"];
  const main = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
  const conf = ["--configDir", flinkFolders(directory).conf, ...workerMemoryArguments];
  const name = ["-D", `taskmanager.resource-id=${id}`];
  const args = [...memory, ...flinkArguments(program), main, ...conf, ...name];
  return startProcess({ name: "taskmanager", command, args, directory, log }, guard);
}

/** Waits until the job manager answers and has this worker and no other: one that was killed must be forgotten. */
export async function flinkHasWorker(
  rest: FlinkRest,
  id: string,
  processes: readonly ClusterProcess[],
  signal?: AbortSignal,
): Promise<void> {
  await waitFor(
    async () => {
      const workers = await rest.workers();
      return workers?.length === 1 && workers[0]?.id === id && workers[0].slotsNumber > 0 ? true : undefined;
    },
    {
      what: "Flink's job manager to answer and its worker to register",
      limitMillis: startLimitMillis,
      signal,
      check: () => {
        processes.forEach(checkRunning);
      },
      explain: () => processes.map((process) => logTail(process)).join("\n"),
    },
  );
}
