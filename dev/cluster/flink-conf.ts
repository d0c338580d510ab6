import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { host } from "./ports.js";

export interface FlinkSettings {
  readonly directory: string;
  readonly restPort: number;
  readonly jobmanagerPort: number;
  readonly slots: number;
  /** Keys of `flink-conf.yaml` that win over ours. */
  readonly conf: Readonly<Record<string, string>>;
}

/** Everything Flink writes lies below its own folder, so removing that leaves nothing behind. */
export function flinkFolders(directory: string): {
  readonly conf: string;
  readonly temporary: string;
  readonly checkpoints: string;
  readonly savepoints: string;
} {
  return {
    conf: join(directory, "conf"),
    temporary: join(directory, "tmp"),
    checkpoints: join(directory, "checkpoints"),
    savepoints: join(directory, "savepoints"),
  };
}

/** The text of `flink-conf.yaml`. */
export function flinkConf(settings: FlinkSettings): string {
  const entries = { ...addresses(settings), ...behaviour(settings), ...settings.conf };
  return Object.entries(entries)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

function addresses({ restPort, jobmanagerPort }: FlinkSettings): Record<string, string> {
  return {
    "jobmanager.rpc.address": host,
    "jobmanager.rpc.port": String(jobmanagerPort),
    "jobmanager.bind-host": host,
    "rest.address": host,
    "rest.port": String(restPort),
    "rest.bind-address": host,
    "taskmanager.host": host,
    "taskmanager.bind-host": host,
    "blob.server.port": "0", // any free port: whoever needs it learns it from the job manager
  };
}

function behaviour({ directory, slots }: FlinkSettings): Record<string, string> {
  const folders = flinkFolders(directory);
  return {
    "taskmanager.numberOfTaskSlots": String(slots),
    "parallelism.default": "1",
    "io.tmp.dirs": folders.temporary,
    // Loading StateFun's own Kafka client child-first makes its source fail with a class cast.
    "classloader.resolve-order": "parent-first",
    // StateFun insists on these although the line above implies them.
    "classloader.parent-first-patterns.additional":
      "org.apache.flink.statefun;org.apache.kafka;com.google.protobuf",
    "classloader.check-leaked-classloader": "false",
    "state.backend": "rocksdb",
    "state.backend.incremental": "true",
    "state.checkpoints.dir": pathToFileURL(folders.checkpoints).href,
    "state.savepoints.dir": pathToFileURL(folders.savepoints).href,
    // What an exactly-once egress writes becomes visible at the next checkpoint.
    "execution.checkpointing.interval": "1s",
    "execution.checkpointing.mode": "EXACTLY_ONCE",
    // A failing function never ends the job for good.
    "restart-strategy": "fixed-delay",
    "restart-strategy.fixed-delay.attempts": "2147483647",
    "restart-strategy.fixed-delay.delay": "1s",
    // A killed worker is noticed by refused connections within seconds; the time-out alone must be long enough for
    // a machine so busy that a living worker stays silent.
    "heartbeat.interval": "1000",
    "heartbeat.timeout": "60000",
    // The worker usually starts before the job manager listens; by default it tries again after 10 s only.
    "cluster.registration.error-delay": "500",
    "akka.ask.timeout": "60s",
    "client.timeout": "120s",
    // The REST interface answers from caches this old; the web UI asks for news at the same pace.
    "web.refresh-interval": "500",
    "metrics.fetcher.update-interval": "500",
    // Required keys. The processes get their memory from the command line.
    "jobmanager.memory.process.size": "1600m",
    "taskmanager.memory.process.size": "1728m",
  };
}

const mebibyte = 1024 * 1024;

/** The worker's memory, spelled out: Flink's start script, which computes it from a total, is not used. */
const workerMemory: Readonly<Record<string, string>> = {
  "taskmanager.cpu.cores": "2.0",
  "taskmanager.memory.task.heap.size": `${String(384 * mebibyte)}b`,
  "taskmanager.memory.task.off-heap.size": "0b",
  "taskmanager.memory.framework.heap.size": `${String(128 * mebibyte)}b`,
  "taskmanager.memory.framework.off-heap.size": `${String(128 * mebibyte)}b`,
  "taskmanager.memory.network.min": `${String(64 * mebibyte)}b`,
  "taskmanager.memory.network.max": `${String(64 * mebibyte)}b`,
  "taskmanager.memory.managed.size": `${String(256 * mebibyte)}b`,
  "taskmanager.memory.jvm-metaspace.size": `${String(256 * mebibyte)}b`,
  "taskmanager.memory.jvm-overhead.min": `${String(192 * mebibyte)}b`,
  "taskmanager.memory.jvm-overhead.max": `${String(192 * mebibyte)}b`,
};

export const workerMemoryArguments: readonly string[] = Object.entries(workerMemory).flatMap(
  ([key, value]) => ["-D", `${key}=${value}`],
);
