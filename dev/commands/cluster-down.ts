import { Command } from "commander";
import { stopBackground } from "../cluster/background.js";
import { folderOption } from "./cluster-folder.js";
import { jsonOption, print, printJson } from "./terminal.js";

interface Options {
  readonly directory: string;
  readonly json?: true;
}

/** `statefun cluster down`: ends the cluster's processes, and no others. */
export function clusterDown(): Command {
  return new Command("down")
    .description("end the cluster; its data is of no use afterwards, its logs stay until the next start")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(down);
}

async function down({ directory, json }: Options): Promise<void> {
  const stopped = await stopBackground(directory);
  if (json) printJson(stopped ?? {});
  else if (stopped === undefined) print("No cluster runs.");
  else for (const [name, outcome] of Object.entries(stopped)) print(`${name.padEnd(12)}${outcome}`);
}
