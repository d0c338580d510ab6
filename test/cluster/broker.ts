import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifactDirectory, resolveArtifacts } from "../../dev/cluster/artifact-cache.js";
import type { ClusterProcess } from "../../dev/cluster/cluster-process.js";
import { startGuard } from "../../dev/cluster/guard.js";
import { findJava } from "../../dev/cluster/java.js";
import { kafkaAnswers, startKafka } from "../../dev/cluster/kafka.js";
import { freePorts, host } from "../../dev/cluster/ports.js";

/** A Kafka broker of its own, without Flink. */
export interface Broker {
  /** `host:port` of the listener without TLS and login. */
  readonly address: string;
  readonly port: number;
  readonly process: ClusterProcess;
  stop(): Promise<void>;
}

export interface BrokerOptions {
  /** Properties beside the usual ones; `listeners` are given the ports of the usual ones. */
  readonly properties?: (ports: {
    readonly clients: number;
    readonly controller: number;
  }) => Readonly<Record<string, string>>;
  readonly formatArguments?: readonly string[];
}

/** Starts a broker and resolves when it answers; it ends with this program at the latest. */
export async function startBroker({ properties, formatArguments = [] }: BrokerOptions = {}): Promise<Broker> {
  const java = await findJava();
  const directory = mkdtempSync(join(tmpdir(), "statefun-broker-"));
  const guard = startGuard({ directory });
  const report = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const artifacts = await resolveArtifacts(artifactDirectory(), {
    guard,
    onProgress: report,
    signal: undefined,
  });
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const broker = await startKafka(
    {
      java: java.command,
      classPath: artifacts.classPath.kafka,
      directory: join(directory, "kafka"),
      log: join(directory, "kafka.log"),
      port,
      controllerPort,
      properties: properties?.({ clients: port, controller: controllerPort }) ?? {},
      formatArguments,
    },
    { guard },
  );
  const stop = async (): Promise<void> => {
    await broker.kill();
    guard.release();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await kafkaAnswers(broker, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `${host}:${String(port)}`, port, process: broker, stop };
}
