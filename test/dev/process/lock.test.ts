import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { takeLock } from "../../../dev/process/lock.js";
import { identify } from "../../../dev/process/process-identity.js";
import { temporaryFolder } from "../temporary-folder.js";

test("a lock is held by one at a time, and says by whom", () => {
  const path = join(temporaryFolder(), "lock");
  const first = takeLock(path);

  const second = takeLock(path);

  expect(first).toHaveProperty("release");
  expect(second).toEqual({ heldBy: identify(process.pid) });
});

test("a released lock can be taken again, and leaves no file behind", () => {
  const folder = temporaryFolder();
  const first = takeLock(join(folder, "lock"));
  if ("release" in first) first.release();
  expect(readdirSync(folder)).toEqual([]);

  const second = takeLock(join(folder, "lock"));

  expect(second).toHaveProperty("release");
});

test.each([
  ["a process that has ended", JSON.stringify({ pid: 2 ** 30, startTime: "1" })],
  ["another process that had this pid", JSON.stringify({ pid: process.pid, startTime: "before" })],
  ["nobody can tell whom", "half a fi"],
])("a lock left by %s is taken over", (_, content) => {
  const folder = temporaryFolder();
  const path = join(folder, "lock");
  writeFileSync(path, content);

  const lock = takeLock(path);

  expect(lock).toHaveProperty("release");
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(identify(process.pid));
  expect(readdirSync(folder)).toEqual(["lock"]);
});

test("releasing a lock that another has taken over meanwhile leaves it to the other", () => {
  const path = join(temporaryFolder(), "lock");
  const lock = takeLock(path);
  writeFileSync(path, JSON.stringify({ pid: 1, startTime: "other" }));

  if ("release" in lock) lock.release();

  expect(readFileSync(path, "utf8")).toContain("other");
});
