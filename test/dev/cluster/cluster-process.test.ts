import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { checkRunning, findProcess, startProcess } from "../../../dev/cluster/cluster-process.js";
import type { ClusterProcess } from "../../../dev/cluster/cluster-process.js";
import { startGuard } from "../../../dev/cluster/guard.js";
import { eventually } from "../eventually.js";
import { temporaryFolder } from "../temporary-folder.js";

function start(script: string): Promise<ClusterProcess> {
  const log = join(temporaryFolder(), "logs", "kafka.log");
  return startProcess(
    { name: "kafka", command: "sh", args: ["-c", script], directory: "/", log },
    startGuard(),
  );
}

test("a process that dies is reported with its name, exit code and last lines", async () => {
  const kafka = await start("seq 1 50; echo 'no space left' >&2; exit 3");
  await eventually("it has ended", () => kafka.ending() !== undefined);

  expect(() => {
    checkRunning(kafka);
  }).toThrow(
    /^\[process-died\] kafka \(process \d+\) ended with exit code 3\.\nLast lines of .*kafka\.log:\n {2}22\n[^]*no space left$/,
  );
});

test("killing a process ends what it started too", async () => {
  const kafka = await start("sleep 600 & echo $!; wait");
  const grandchild = await firstPid(kafka);

  await kafka.kill();

  expect(kafka.running()).toBe(false);
  await eventually("the grandchild is gone", () => !exists(grandchild));
  await eventually("the signal is known", () => kafka.ending() === "signal SIGKILL");
});

test("a program that cannot be started at all is an error of its own", async () => {
  const command = {
    name: "kafka",
    command: "/no/such/java",
    args: [],
    directory: "/",
    log: join(temporaryFolder(), "log"),
  };

  await expect(startProcess(command, startGuard())).rejects.toMatchObject({
    code: "process-died",
    message: expect.stringContaining("kafka could not be started"),
  });
});

test("a process found by its record is only killed if the record is about it", async () => {
  const kafka = await start("exec sleep 600");
  const stranger = findProcess("kafka", { ...kafka.identity, startTime: "another time" }, kafka.log);

  await stranger.kill();

  expect(stranger.running()).toBe(false);
  expect(kafka.running()).toBe(true);
  await findProcess("kafka", kafka.identity, kafka.log).kill();
  expect(kafka.running()).toBe(false);
});

async function firstPid(process: ClusterProcess): Promise<number> {
  const { readFileSync } = await import("node:fs");
  await eventually("it has told its child's pid", () => readFileSync(process.log, "utf8").includes("\n"));
  return Number(readFileSync(process.log, "utf8").trim());
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
