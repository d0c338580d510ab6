import { execFileSync, spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openLmdbStore } from "../../../../dev/runtime/store/lmdb.js";
import { temporaryFolder } from "../../temporary-folder.js";

interface Seen {
  readonly steps: number;
  readonly failure: string;
  readonly largeFailure: string;
  readonly together: readonly string[];
  readonly afterFailure: readonly unknown[];
  readonly afterLarge: readonly unknown[];
  readonly afterTogether: readonly unknown[];
  readonly roomFailure: unknown;
  readonly afterRoom: readonly unknown[];
  readonly reopened: readonly unknown[];
}

/** Runs a child that fills `folder`, after the shell commands of `limit`. */
async function fill(folder: string, sync: boolean, limit = ""): Promise<Seen> {
  const script = join(__dirname, "children", "fill.ts");
  const command = `${limit}exec "$0" --import tsx "$1" "$2" "$3"`;
  const child = spawn("sh", ["-c", command, process.execPath, script, folder, sync ? "sync" : ""], {
    stdio: ["ignore", "pipe", "ignore"], // LMDB writes of failures to the standard error itself
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(0);
  return JSON.parse(output) as Seen;
}

function expectNothingLost(seen: Seen): void {
  const { steps } = seen;
  const left = Math.floor(steps / 2) + 1;
  expect(steps).toBeGreaterThan(100);
  expect(seen.failure).toContain("[store-write-failed] Nothing of this step was written to the store in");
  expect(seen.failure).toMatch(/bytes free on its disk\)\. Make room/);
  expect(seen.afterFailure).toEqual([steps, true]);
  expect(seen.largeFailure).toContain("[store-write-failed]");
  expect(seen.afterLarge).toEqual([steps, true]);
  expect(seen.together.map((text) => text.includes("[store-write-failed]"))).toEqual([true, true]);
  expect(seen.afterTogether).toEqual([steps, true]);
  expect(seen.roomFailure).toBeUndefined();
  expect(seen.afterRoom).toEqual([left, true]);
  expect(seen.reopened).toEqual([left, true]);
}

/** Whether this process may mount file systems: only root outside of a locked-down container may. */
function mounted(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.each([
  ["that does not wait for the disk", false],
  ["that waits for the disk", true],
])("a store %s", (_, sync) => {
  test("that meets a limit of its file says so, loses nothing, and goes on when there is room", async () => {
    const folder = join(temporaryFolder(), "data");

    const seen = await fill(folder, sync, "ulimit -f 2000; ");

    expectNothingLost(seen);
  });

  test("on a full disk says so, loses nothing, and goes on when there is room", async () => {
    const folder = temporaryFolder();
    if (!mounted(folder)) return; // the test above has shown the same with a limit, which needs no rights
    try {
      const seen = await fill(join(folder, "data"), sync);

      expectNothingLost(seen);
    } finally {
      execFileSync("umount", [folder]);
    }
  });
});

test("a data folder that this user may not write is refused, and left as it is", async () => {
  const folder = join(temporaryFolder(), "data");
  const store = await openLmdbStore({ folder });
  await store.close();
  const script = join(__dirname, "children", "count.ts");
  chmodSync(join(folder, "data.mdb"), 0o444);
  chmodSync(folder, 0o555);

  const child = spawn(process.execPath, ["--import", "tsx", script, folder], {
    stdio: ["ignore", "ignore", "pipe"],
    ...(process.getuid?.() === 0 ? { uid: 65_534 } : {}), // root may write everywhere
    env: { ...process.env, HOME: "/nonexistent", TMPDIR: "/tmp" },
  });
  let output = "";
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  chmodSync(folder, 0o755);

  expect(code).not.toBe(0);
  expect(output).toContain("[store-write-failed] The data folder");
  expect(output).toContain("Give this user the right to write there");
});
