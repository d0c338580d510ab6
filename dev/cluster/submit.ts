import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { randomUUID } from "node:crypto";
import { ClusterError } from "./cluster-error.js";
import { startProcess } from "./cluster-process.js";
import { flinkArguments } from "./flink.js";
import type { FlinkProgram } from "./flink.js";
import { flinkFolders } from "./flink-conf.js";
import type { Guard } from "./guard.js";
import { quickStart } from "./java.js";
import { causes } from "./stack-trace.js";
import { waitFor } from "./wait-for.js";

/** Flink's client is a Java program that loads 200 MB of classes: five seconds on an idle machine. */
const submitLimitMillis = 180_000;

export interface Submission {
  readonly module: string;
  readonly name: string | undefined;
  readonly parallelism: number;
  readonly fromSavepoint: string | undefined;
}

export interface Client {
  readonly program: FlinkProgram;
  readonly statefunJar: string;
  readonly log: string;
  readonly guard: Guard;
}

/**
 * Hands a module to Flink, as StateFun's own job, and returns the job's id.
 *
 * @throws ClusterError `job-failed`, with the causes StateFun gives, if the module is refused.
 */
export async function submit(submission: Submission, client: Client): Promise<string> {
  const conf = flinkFolders(client.program.directory).conf;
  const module = join(client.program.directory, `module-${randomUUID()}.yaml`);
  writeFileSync(module, submission.module);
  const before = statSync(client.log, { throwIfNoEntry: false })?.size ?? 0;
  const process = await startProcess(
    {
      name: "Flink's client",
      command: client.program.java,
      args: [
        ...quickStart,
        "-Xmx512m",
        ...flinkArguments(client.program),
        "org.apache.flink.client.cli.CliFrontend",
        ...clientArguments(submission, module, client.statefunJar),
      ],
      directory: client.program.directory,
      env: { FLINK_CONF_DIR: conf },
      log: client.log,
    },
    client.guard,
  );
  try {
    const ending = await waitFor(() => process.ending(), {
      what: "Flink's client to submit the module",
      limitMillis: submitLimitMillis,
    });
    return jobId(ending, readFileSync(client.log).subarray(before).toString("utf8"), client.log);
  } finally {
    await process.kill();
  }
}

function clientArguments(submission: Submission, module: string, jar: string): string[] {
  const { name, parallelism, fromSavepoint } = submission;
  const main = "org.apache.flink.statefun.flink.core.StatefulFunctionsJob";
  return [
    "run",
    "--detached",
    ...["--parallelism", String(parallelism)],
    ...(fromSavepoint === undefined ? [] : ["--fromSavepoint", fromSavepoint]),
    `-Dstatefun.remote.module-name=${pathToFileURL(module).href}`,
    ...(name === undefined ? [] : [`-Dstatefun.flink-job-name=${name}`]),
    ...["--class", main, jar],
  ];
}

function jobId(ending: string, output: string, log: string): string {
  const id = /submitted with JobID ([0-9a-f]{32})/.exec(output)?.[1];
  if (ending === "exit code 0" && id !== undefined) return id;
  throw new ClusterError(
    "job-failed",
    `The module was not accepted (Flink's client: ${ending}):\n  ${causes(output)}\nAll it said is in ${log}.`,
  );
}
