import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGuard } from "../../dev/cluster/guard.js";
import { createMissingTopics } from "../../dev/cluster/kafka.js";
import { freePorts } from "../../dev/cluster/ports.js";
import { startBroker } from "../cluster/broker.js";
import { KafkaRecords } from "../cluster/kafka-records.js";
import type { TopicReader } from "../cluster/topic-reader.js";
import { inputTopic, outcomeTopic } from "./contract.js";
import { Killable } from "./killable.js";
import { moduleText } from "./module.js";
import type { ModuleParts } from "./module.js";
import { RuntimeApi } from "./runtime-api.js";

/** Everything that runs: a broker, which lives on, and two processes that are killed. */
export interface System {
  readonly runtime: Killable;
  readonly functions: Killable;
  readonly api: RuntimeApi;
  /** Where messages are taken over HTTP. */
  readonly ingressUrl: string;
  readonly kafka: KafkaRecords;
  /** Reads what was committed to the topic of the egress, from its beginning. */
  readonly outcomes: TopicReader;
  /** Ends all of it, and leaves nothing behind. */
  stop(): Promise<void>;
}

const partitions = 3;

/** Starts all of it. */
export async function startSystem(egress: ModuleParts["egress"]): Promise<System> {
  const broker = await startBroker();
  const directory = mkdtempSync(join(tmpdir(), "statefun-crash-"));
  const guard = startGuard({ directory });
  const kafka = new KafkaRecords(broker.address);
  const stops = [() => broker.stop(), () => kafka.close()];
  const stop = async (): Promise<void> => {
    for (const end of stops.reverse()) await end();
    guard.release();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await createMissingTopics(broker.address, [inputTopic, outcomeTopic], partitions);
    const outcomes = await kafka.read(outcomeTopic);
    const [functionsPort = 0, ingressPort = 0, apiPort = 0] = await freePorts(3);
    const module = join(directory, "module.yaml");
    writeFileSync(module, moduleText({ kafka: broker.address, functionsPort, egress }));
    const node = (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => ({
      name,
      command: process.execPath,
      args: ["--import", "tsx", ...args],
      directory: process.cwd(),
      env,
      log: join(directory, `${name}.log`),
    });
    const functions = new Killable(
      node("functions", ["test/crash/functions-program.ts"], { PORT: String(functionsPort) }),
      guard,
      `http://127.0.0.1:${String(functionsPort)}/readyz`,
    );
    const ports = ["--port", String(ingressPort), "--api-port", String(apiPort)];
    const apiUrl = `http://127.0.0.1:${String(apiPort)}`;
    const runtime = new Killable(
      node("runtime", ["dev/cli.ts", "dev", module, "--data", join(directory, "data"), "--json", ...ports]),
      guard,
      `${apiUrl}/healthz`,
    );
    stops.push(
      () => functions.end(),
      () => runtime.end(),
    );
    await functions.start();
    await runtime.start();
    const ingressUrl = `http://127.0.0.1:${String(ingressPort)}`;
    return { runtime, functions, api: new RuntimeApi(apiUrl), ingressUrl, kafka, outcomes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
