import { Command } from "commander";
import { attach, noCluster, readRecord, recordedProcesses } from "../cluster/background.js";
import type { ClusterRecord } from "../cluster/background.js";
import { host } from "../cluster/ports.js";
import { folderOption } from "./cluster-folder.js";
import { jsonOption, print, printJson } from "./terminal.js";

interface Options {
  readonly directory: string;
  readonly json?: true;
}

/** `statefun cluster status`: what runs. Exits with 0 only if all of it does. */
export function clusterStatus(): Command {
  return new Command("status")
    .description("show processes, addresses and jobs; exits with 1 unless every process runs")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(status);
}

async function status({ directory, json }: Options): Promise<void> {
  const record = readRecord(directory);
  if (record === undefined) throw noCluster(directory);
  const processes = recordedProcesses(record).map((process) => {
    return { name: process.name, pid: process.identity.pid, running: process.running() };
  });
  const jobmanagerRuns = processes.some(({ name, running }) => name === "jobmanager" && running);
  const report = {
    startedAt: record.startedAt,
    ...addresses(record),
    processes,
    jobs: jobmanagerRuns ? await attach(directory).jobs() : [],
  };
  if (processes.some(({ running }) => !running)) process.exitCode = 1;
  if (json) {
    printJson(report);
    return;
  }
  print(`Kafka       ${report.kafka}`);
  print(`Flink's UI  ${report.flinkUi}`);
  for (const { name, pid, running } of report.processes) {
    print(
      `${name.padEnd(12)}${running ? `runs as process ${String(pid)}` : "does not run: see statefun cluster logs " + name}`,
    );
  }
  for (const { id, name, state } of report.jobs) print(`job         ${id} ${state} ${name}`);
}

function addresses({ plan: { ports } }: ClusterRecord): { readonly kafka: string; readonly flinkUi: string } {
  return { kafka: `${host}:${String(ports.kafka)}`, flinkUi: `http://${host}:${String(ports.flinkUi)}` };
}
