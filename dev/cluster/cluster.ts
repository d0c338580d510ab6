import type { AddressMap } from "./module-text.js";
import type { Job } from "./job.js";
import type { ProcessName } from "./cluster-process.js";

/** How `startCluster` starts a cluster; everything has a default. */
export interface ClusterOptions {
  /** Ports of 127.0.0.1 to listen on; a free one is picked for each that is left out. */
  readonly ports?: { readonly kafka?: number; readonly flinkUi?: number };
  /**
   * Where data and logs go: a folder that is empty or does not exist. It is kept. By default a temporary folder,
   * removed when the cluster stops, and kept for its logs when it fails to start.
   */
  readonly directory?: string;
  /**
   * Where Maven's artifacts are kept. By default the environment variable `STATEFUN_DEV_CACHE` says it, else a
   * folder below `XDG_CACHE_HOME` or `~/.cache`.
   */
  readonly cacheDirectory?: string;
  /** How many subtasks the worker has room for: the largest `parallelism` of a job. Default 4. */
  readonly slots?: number;
  /** Entries of `flink-conf.yaml` that win over ours, such as `execution.checkpointing.interval`. */
  readonly flinkConf?: Readonly<Record<string, string>>;
  /** Receives a line for people at each step of the start. */
  readonly onProgress?: (line: string) => void;
  /** Ends the start early; what has been started is stopped. Has no effect once the cluster runs. */
  readonly signal?: AbortSignal;
}

/** A module: a file, or the YAML itself. */
export type ModuleSource = { readonly path: string } | { readonly text: string };

/** How {@link Cluster.run} starts a module; everything has a default. */
export interface RunOptions {
  /** The job's name in Flink's UI. */
  readonly name?: string;
  /** Default 1. */
  readonly parallelism?: number;
  /** What {@link Job.savepoint} returned. */
  readonly fromSavepoint?: string;
  /** Addresses to replace in the module, `host:port` to `host:port`; the file itself stays as it is. */
  readonly map?: AddressMap;
  /** Topics to create beside those the module's ingresses read: the egress topics. */
  readonly topics?: readonly string[];
}

/** How {@link Cluster.createTopics} creates topics. */
export interface TopicOptions {
  /** Default 1. */
  readonly partitions?: number;
}

/** A Flink cluster with StateFun (one job manager, one worker) and a Kafka broker, as processes of this machine. */
export interface Cluster {
  /** Kafka's bootstrap address, `127.0.0.1:<port>`. */
  readonly kafka: string;
  /** Where a browser finds Flink's own console. */
  readonly flinkUi: string;
  /** The log file of each process, and of the client that submits modules. */
  readonly logs: Readonly<Record<ProcessName | "client", string>>;
  /** Creates the topics that do not exist yet; those that exist stay as they are. Rejects with the client's error. */
  createTopics(names: readonly string[], options?: TopicOptions): Promise<void>;
  /**
   * Starts a module as a Flink job. Topics its ingresses read from this cluster's Kafka are created if they are
   * missing. Resolves when Flink has accepted the job; {@link Job.waitUntilRunning} waits for it to run.
   *
   * One job at a time: StateFun jobs that were submitted one by one cannot share a worker process.
   *
   * @throws ClusterError `job-active` while another job has not ended, `job-failed` if StateFun refuses the module,
   * `module-invalid` if it cannot be read, `invalid-argument` for an unusable option.
   */
  run(module: ModuleSource, options?: RunOptions): Promise<Job>;
  /**
   * Kills the worker (Flink's task manager) with SIGKILL, as a machine failure would. Resolves when it is gone; Flink
   * notices within a few seconds.
   *
   * @throws ClusterError `time-out` if the system does not end the process.
   */
  killWorker(): Promise<void>;
  /**
   * Starts a worker after {@link Cluster.killWorker}. Resolves when Flink has accepted it; jobs recover by themselves.
   *
   * @throws ClusterError `already-running` if there is a worker, `process-died` or `time-out` if it does not start.
   */
  startWorker(): Promise<void>;
  /** The last lines of every process's log, for an error message. */
  recentLogs(lines?: number): string;
  /**
   * Ends all processes at once. Calling it again does nothing.
   *
   * @throws ClusterError `time-out` if the system does not end a process.
   */
  stop(): Promise<void>;
}
