import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { identify, isRunning } from "../../../dev/process/process-identity.js";
import type { ProcessIdentity } from "../../../dev/process/process-identity.js";
import { eventually } from "../eventually.js";
import { temporaryFolder } from "../temporary-folder.js";

/** A program that starts two processes under guard, forgets nothing or one of them, and waits or ends. */
function program(folder: string, lines: string): string {
  const module = (name: string): string => JSON.stringify(resolve(`dev/cluster/${name}.ts`));
  return `
    import { writeFileSync } from "node:fs";
    import { startGuard } from ${module("guard")};
    import { startProcess } from ${module("cluster-process")};
    const guard = startGuard({ directory: ${JSON.stringify(join(folder, "data"))} });
    const start = (name) => startProcess({
      name, command: "sh", args: ["-c", "sleep 600 & wait"], directory: "/", log: ${JSON.stringify(join(folder, "log"))},
    }, guard);
    const processes = [await start("one"), await start("other")];
    ${lines}
    writeFileSync(${JSON.stringify(join(folder, "started"))}, JSON.stringify(processes.map(({ identity }) => identity)));
  `;
}

async function run(lines: string): Promise<{
  readonly folder: string;
  readonly child: ReturnType<typeof spawn>;
  readonly started: readonly ProcessIdentity[];
}> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "data"));
  const args = ["--import", "tsx", "--input-type=module", "-e", program(folder, lines)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const file = join(folder, "started");
  await eventually(
    "the program has started its processes",
    () => existsSync(file) && readFileSync(file).length > 0,
  );
  return { folder, child, started: JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity[] };
}

test("what a program started dies with it, and its folder goes, even if the program is killed with SIGKILL", async () => {
  const { child, started, folder } = await run("setInterval(() => undefined, 1000);");
  expect(started.map(isRunning)).toEqual([true, true]);

  child.kill("SIGKILL");

  await eventually("both processes are gone", () => !started.some(isRunning));
  await eventually("the folder is gone", () => !existsSync(join(folder, "data")));
});

test("a program that ends by itself takes what it started along", async () => {
  const { child, started } = await run("");

  if (child.exitCode === null) await once(child, "exit");

  await eventually("both processes are gone", () => !started.some(isRunning));
});

test("a guard that was released leaves everything as it is", async () => {
  const { child, started, folder } = await run("guard.release();");

  if (child.exitCode === null) await once(child, "exit");

  expect(started.map(isRunning)).toEqual([true, true]);
  expect(existsSync(join(folder, "data"))).toBe(true);
  for (const { pid } of started) process.kill(-pid, "SIGKILL");
  await eventually("both processes are gone", () => started.every(({ pid }) => identify(pid) === undefined));
});
