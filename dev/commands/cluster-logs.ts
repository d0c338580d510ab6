import { existsSync } from "node:fs";
import { join } from "node:path";
import { Argument, Command } from "commander";
import { noCluster } from "../cluster/background.js";
import { processNames } from "../cluster/cluster-process.js";
import type { ProcessName } from "../cluster/cluster-process.js";
import { followFile, lastLines } from "../cluster/log-tail.js";
import { logFile } from "../cluster/running-cluster.js";
import { folderOption } from "./cluster-folder.js";
import { positiveInteger, print } from "./terminal.js";

type LogName = ProcessName | "client";

interface Options {
  readonly directory: string;
  readonly lines: number;
  readonly follow?: true;
}

/** `statefun cluster logs`: the last lines of the logs, also of a cluster that has ended. */
export function clusterLogs(): Command {
  return new Command("logs")
    .description("show the last lines of the logs; those of an ended cluster stay until the next start")
    .addArgument(new Argument("[process]", "one process only").choices([...processNames, "client"]))
    .option("-n, --lines <number>", "how many lines of each", positiveInteger, 30)
    .option("-f, --follow", "go on with what is written from now on, until Ctrl-C")
    .addOption(folderOption())
    .action(logs);
}

async function logs(only: LogName | undefined, { directory, lines, follow }: Options): Promise<void> {
  const names: readonly LogName[] = only === undefined ? processNames : [only];
  const files = names.map((name) => ({ name, path: logFile(join(directory, "data"), name) }));
  if (!existsSync(join(directory, "data", "logs"))) throw noCluster(directory);
  const prefix = (name: string): string => (files.length === 1 ? "" : `${name}: `);
  for (const { name, path } of files) for (const line of lastLines(path, lines)) print(prefix(name) + line);
  if (!follow) return;
  await Promise.all(
    files.map(({ name, path }) => {
      return followFile(path, (line) => {
        print(prefix(name) + line);
      });
    }),
  );
}
