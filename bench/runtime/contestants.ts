import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Launch } from "../../dev/cluster/start-cluster.js";
import { cpuMicros, RuntimeProcess } from "./program.js";

/** Who runs the greeter from Kafka to Kafka. */
export const contestantNames = ["flink", "memory", "lmdb", "lmdb-sync", "in-process"] as const;
export type ContestantName = (typeof contestantNames)[number];

/** A module that runs. */
export interface Contestant {
  /** How much CPU whoever runs it has taken so far. */
  cpuMicros(): number;
  /**
   * Ends it.
   *
   * @throws Error if something had stopped it before
   */
  stop(): Promise<void>;
}

/** What docs/dev-runtime.md advises where much is to be done: most of what a record leaves behind is then dead in time. */
const youngGeneration = "--max-semi-space-size=64";

/** Runs a module. */
export async function startContestant(
  name: ContestantName,
  module: string,
  launch: Launch,
): Promise<Contestant> {
  if (name === "flink") return startOnFlink(module, launch);
  return withStore((folder) =>
    RuntimeProcess.start(
      {
        module,
        functions: name === "in-process" ? "greeter" : undefined,
        store: name === "memory" ? { kind: "memory" } : { kind: "lmdb", folder, sync: name === "lmdb-sync" },
      },
      youngGeneration,
    ),
  );
}

async function startOnFlink(text: string, { cluster, processes }: Launch): Promise<Contestant> {
  const job = await cluster.run({ text }, { name: "greeter" });
  await job.waitUntilRunning();
  const pids = [processes.jobmanager, processes.taskmanager].map(({ identity }) => identity.pid);
  return {
    cpuMicros: () => pids.reduce((sum, pid) => sum + cpuMicros(pid), 0),
    stop: () => job.cancel(),
  };
}

async function withStore(start: (folder: string) => Promise<RuntimeProcess>): Promise<Contestant> {
  const folder = mkdtempSync(join(tmpdir(), "statefun-bench-"));
  const runtime = await start(folder);
  return {
    cpuMicros: () => runtime.cpuMicros(),
    async stop() {
      const error = await runtime.error();
      await runtime.close();
      rmSync(folder, { recursive: true });
      if (error !== undefined) throw new Error(`the runtime had stopped: ${error}`);
    },
  };
}
