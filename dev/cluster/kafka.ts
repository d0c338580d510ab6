import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import type { Admin } from "kafkajs";
import { ClusterError } from "./cluster-error.js";
import { checkRunning, logTail, startProcess } from "./cluster-process.js";
import type { ClusterProcess } from "./cluster-process.js";
import type { Guard } from "./guard.js";
import { logFormat, quickStart } from "./java.js";
import { host } from "./ports.js";
import { waitFor } from "./wait-for.js";

/** A Java program that usually needs two seconds, on a machine that may be doing much else. */
const formatLimitMillis = 120_000;
const startLimitMillis = 180_000;
const requestMillis = 10_000;
/** A broker that has just started elects leaders for a moment; with growing pauses this is about half a minute. */
const patientRetries = 8;

export interface KafkaSettings {
  readonly java: string;
  readonly classPath: string;
  readonly directory: string;
  readonly log: string;
  readonly port: number;
  readonly controllerPort: number;
  /** Properties of the broker beside or instead of the usual ones, for tests of clients. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Arguments of the tool that prepares the data folder, for tests of clients. */
  readonly formatArguments?: readonly string[];
}

export interface StartOptions {
  readonly guard: Guard;
  readonly signal?: AbortSignal | undefined;
}

/** The text of `kafka.properties`: one node that is broker and controller, reachable from this machine only. */
export function kafkaProperties(
  settings: Pick<KafkaSettings, "directory" | "port" | "controllerPort" | "properties">,
): string {
  const lines = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@${host}:${String(settings.controllerPort)}`,
    listeners: `CLIENTS://${host}:${String(settings.port)},CONTROLLER://${host}:${String(settings.controllerPort)}`,
    "advertised.listeners": `CLIENTS://${host}:${String(settings.port)}`,
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "CLIENTS",
    "controller.listener.names": "CONTROLLER",
    "log.dirs": join(settings.directory, "data"),
    // One broker cannot keep the three copies that are the default.
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    ...settings.properties,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

/**
 * Starts an empty broker. The caller waits for it with {@link kafkaAnswers}, and kills the process if that fails.
 *
 * @throws ClusterError `process-died` if its data folder cannot be prepared.
 */
export async function startKafka(settings: KafkaSettings, options: StartOptions): Promise<ClusterProcess> {
  mkdirSync(settings.directory, { recursive: true });
  const properties = join(settings.directory, "kafka.properties");
  writeFileSync(properties, kafkaProperties(settings));
  const { java, classPath, directory, log } = settings;
  const command = { command: java, directory, log, name: "kafka" };
  const program = ["-cp", classPath, "-Xmx512m", ...logFormat];

  const id = randomBytes(16).toString("base64url"); // 22 characters, what Kafka calls a base64 uuid; it may start with a dash
  const { formatArguments = [] } = settings;
  const format = [
    "kafka.tools.StorageTool",
    "format",
    `--cluster-id=${id}`,
    "-c",
    properties,
    ...formatArguments,
  ];
  const formatting = await startProcess(
    { ...command, name: "kafka's storage tool", args: [...quickStart, ...program, ...format] },
    options.guard,
  );
  await succeeded(formatting, options.signal);

  return startProcess(
    { ...command, args: ["-XX:+UseSerialGC", ...program, "kafka.Kafka", properties] },
    options.guard,
  );
}

async function succeeded(process: ClusterProcess, signal: AbortSignal | undefined): Promise<void> {
  try {
    const ending = await waitFor(() => process.ending(), {
      what: `${process.name} to finish`,
      limitMillis: formatLimitMillis,
      signal,
      explain: () => logTail(process),
    });
    if (ending === "exit code 0") return;
    throw new ClusterError("process-died", `${process.name} ended with ${ending}.\n${logTail(process)}`);
  } finally {
    await process.kill();
  }
}

/** Waits until the broker answers a client. */
export async function kafkaAnswers(kafka: ClusterProcess, port: number, signal?: AbortSignal): Promise<void> {
  await waitFor(
    async () => {
      const answer = await withAdmin(`${host}:${String(port)}`, 0, (admin) => admin.describeCluster()).catch(
        () => undefined,
      );
      return answer !== undefined && answer.brokers.length > 0 && answer.controller !== null
        ? true
        : undefined;
    },
    {
      what: `Kafka to answer on ${host}:${String(port)}`,
      limitMillis: startLimitMillis,
      signal,
      check: () => {
        checkRunning(kafka);
      },
      explain: () => logTail(kafka),
    },
  );
}

/** Creates the topics that do not exist yet; returns the names of those it created. */
export function createMissingTopics(
  address: string,
  topics: readonly string[],
  partitions: number,
): Promise<readonly string[]> {
  return withAdmin(address, patientRetries, async (admin) => {
    const present = new Set(await admin.listTopics());
    const missing = [...new Set(topics)].filter((topic) => !present.has(topic));
    if (missing.length > 0) {
      const wanted = missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 }));
      await admin.createTopics({ topics: wanted, waitForLeaders: true });
    }
    return missing;
  });
}

async function withAdmin<T>(address: string, retries: number, use: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new Kafka({
    clientId: "statefun-dev",
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: requestMillis,
    requestTimeout: requestMillis,
    retry: { retries },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
