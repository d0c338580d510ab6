import { Command } from "commander";
import { startInBackground } from "../cluster/background.js";
import { folderOption } from "./cluster-folder.js";
import { jsonOption, positiveInteger, print, printJson, progress } from "./terminal.js";

interface Options {
  readonly directory: string;
  readonly kafkaPort?: number;
  readonly uiPort?: number;
  readonly slots?: number;
  readonly json?: true;
}

/** `statefun cluster up`: starts the cluster and leaves it running. */
export function clusterUp(): Command {
  return new Command("up")
    .description(
      "start Kafka and Flink, empty, and leave them running; the first time, Maven fetches about 250 MB",
    )
    .option(
      "--kafka-port <port>",
      "where Kafka listens, on 127.0.0.1 (default: any free port)",
      positiveInteger,
    )
    .option(
      "--ui-port <port>",
      "where Flink's UI listens, on 127.0.0.1 (default: any free port)",
      positiveInteger,
    )
    .option("--slots <number>", "the largest parallelism a module can have (default: 4)", positiveInteger)
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(up);
}

async function up({ directory, kafkaPort, uiPort, slots, json }: Options): Promise<void> {
  const interrupt = new AbortController();
  const abort = (): void => {
    interrupt.abort();
  };
  process.on("SIGINT", abort).on("SIGTERM", abort);
  const cluster = await startInBackground(directory, {
    ports: {
      ...(kafkaPort === undefined ? {} : { kafka: kafkaPort }),
      ...(uiPort === undefined ? {} : { flinkUi: uiPort }),
    },
    ...(slots === undefined ? {} : { slots }),
    onProgress: progress,
    signal: interrupt.signal,
  });
  if (json) {
    printJson({ kafka: cluster.kafka, flinkUi: cluster.flinkUi, logs: cluster.logs });
    return;
  }
  print(`Kafka       ${cluster.kafka}`);
  print(`Flink's UI  ${cluster.flinkUi}`);
  print(
    `Run a module with "statefun cluster run module.yaml --map kafka:9092=@kafka"; end with "statefun cluster down".`,
  );
}
