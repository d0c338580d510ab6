import { Command } from "commander";
import { attach } from "../cluster/background.js";
import { ClusterError } from "../cluster/cluster-error.js";
import { isActive } from "../cluster/job.js";
import { folderOption } from "./cluster-folder.js";
import { jsonOption, print, printJson, progress } from "./terminal.js";

interface Options {
  readonly directory: string;
  readonly savepoint?: true;
  readonly json?: true;
}

/** `statefun cluster cancel`: ends the job that runs, so that another module can run. */
export function clusterCancel(): Command {
  return new Command("cancel")
    .description("end the module that runs")
    .option("--savepoint", "take a savepoint first, in the same step, to start from later")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(cancel);
}

async function cancel({ directory, savepoint: wanted, json }: Options): Promise<void> {
  const cluster = attach(directory, progress);
  const active = (await cluster.jobs()).find(({ state }) => isActive(state));
  if (active === undefined) throw new ClusterError("not-running", "No module runs on this cluster.");
  const job = cluster.job(active.id);
  const savepoint = wanted ? await job.savepoint({ cancel: true }) : undefined;
  if (savepoint === undefined) await job.cancel();
  if (json) printJson({ job: job.id, savepoint });
  else print(`Job ${job.id} has ended.${savepoint === undefined ? "" : ` Its savepoint: ${savepoint}`}`);
}
