import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "@jest/globals";
import { identify, isRunning } from "../../../dev/process/process-identity.js";

test("a process is recognised while it runs, and not after it has ended", async () => {
  const child = spawn("sleep", ["600"]);
  const identity = identify(child.pid ?? 0);
  expect(identity).toBeDefined();
  if (identity === undefined) return;
  expect(isRunning(identity)).toBe(true);

  child.kill("SIGKILL");
  await once(child, "exit");

  expect(isRunning(identity)).toBe(false);
});

test("another process under the same pid is not taken for it", () => {
  const now = identify(process.pid);

  expect(isRunning({ pid: process.pid, startTime: "earlier" })).toBe(false);
  expect(now).toEqual(identify(process.pid));
});
