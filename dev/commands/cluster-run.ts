import { Command } from "commander";
import { attach } from "../cluster/background.js";
import { ClusterError } from "../cluster/cluster-error.js";
import type { AddressMap } from "../cluster/module-text.js";
import { folderOption } from "./cluster-folder.js";
import { collect, jsonOption, positiveInteger, print, printJson, progress } from "./terminal.js";

interface Options {
  readonly directory: string;
  readonly map?: readonly string[];
  readonly topic?: readonly string[];
  readonly parallelism?: number;
  readonly name?: string;
  readonly fromSavepoint?: string;
  readonly json?: true;
}

/** `statefun cluster run`: starts a module on the cluster. */
export function clusterRun(): Command {
  return new Command("run")
    .description("run a module on the cluster, and wait until it runs; topics its ingresses read are created")
    .argument("<module.yaml>", "the module, as written for any StateFun cluster")
    .option(
      "--map <from=to>",
      "replace host:port in the module, e.g. kafka:9092=@kafka (this cluster's Kafka) or functions:8000=127.0.0.1:8000; repeatable",
      collect,
    )
    .option("--topic <name>", "create this topic too, if it is missing: for egresses; repeatable", collect)
    .option("--parallelism <number>", "how many subtasks share the addresses (default: 1)", positiveInteger)
    .option("--name <name>", "the job's name in Flink's UI")
    .option("--from-savepoint <path>", "start with the state of a savepoint")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const { directory, parallelism, name, fromSavepoint, json } = options;
  const cluster = attach(directory, progress);
  const map = addressMap(options.map ?? [], cluster.kafka);
  progress(`Submitting ${path} to ${cluster.flinkUi}`);
  const job = await cluster.run(
    { path },
    {
      map,
      topics: options.topic ?? [],
      ...(parallelism === undefined ? {} : { parallelism }),
      ...(name === undefined ? {} : { name }),
      ...(fromSavepoint === undefined ? {} : { fromSavepoint }),
    },
  );
  await job.waitUntilRunning();
  const url = `${cluster.flinkUi}/#/job/running/${job.id}/overview`;
  if (json) printJson({ job: job.id, url });
  else print(`Job ${job.id} runs: ${url}`);
}

/**
 * The options `--map from=to` as a map; `@kafka` stands for the address of the cluster's Kafka.
 *
 * @throws ClusterError `invalid-argument` if an entry has no `=`, or an address is mapped twice.
 */
export function addressMap(entries: readonly string[], kafka: string): AddressMap {
  const map = new Map<string, string>();
  for (const entry of entries) {
    const at = entry.indexOf("=");
    if (at < 1)
      throw new ClusterError(
        "invalid-argument",
        `--map ${entry}: write it as from=to, such as kafka:9092=@kafka.`,
      );
    const from = entry.slice(0, at);
    if (map.has(from)) throw new ClusterError("invalid-argument", `--map ${entry}: ${from} is mapped twice.`);
    const to = entry.slice(at + 1);
    map.set(from, to === "@kafka" ? kafka : to);
  }
  return Object.fromEntries(map);
}
