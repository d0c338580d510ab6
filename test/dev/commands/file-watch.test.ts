import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { FileWatch } from "../../../dev/commands/file-watch.js";
import { eventually } from "../eventually.js";
import { temporaryFolder } from "../temporary-folder.js";

let folder: string;
let file: string;
let changes: number;
let watch: FileWatch;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, "functions.ts");
  writeFileSync(file, "1");
  changes = 0;
  watch = new FileWatch(() => {
    changes++;
  });
});

afterEach(() => {
  watch.close();
});

/** Writes the file until the watch has seen it: some systems begin to watch a little later. */
async function seen(write: (attempt: number) => void): Promise<void> {
  const before = changes;
  let attempt = 0;
  await eventually("a change was seen", () => {
    write(attempt++);
    return changes > before;
  });
}

describe("a watched file", () => {
  test("is seen to change, again and again", async () => {
    watch.add([file]);

    await seen((attempt) => {
      if (attempt % 20 === 0) writeFileSync(file, String(attempt));
    });
    await seen((attempt) => {
      if (attempt % 20 === 0) writeFileSync(file, `again ${String(attempt)}`);
    });

    expect(changes).toBeGreaterThan(1);
  });

  test("is seen to change when an editor puts another file in its place", async () => {
    watch.add([file]);

    for (const round of [1, 2]) {
      await seen((attempt) => {
        if (attempt % 20 !== 0) return;
        writeFileSync(`${file}.draft`, `${String(round)} ${String(attempt)}`);
        renameSync(`${file}.draft`, file);
      });
    }

    expect(changes).toBeGreaterThan(1);
  });

  test("is told apart from its neighbours and from packages", async () => {
    const package_ = join(folder, "node_modules", "package");
    mkdirSync(package_, { recursive: true });
    writeFileSync(join(package_, "index.js"), "1");
    watch.add([file, join(package_, "index.js")]);
    await seen((attempt) => {
      if (attempt % 20 === 0) writeFileSync(file, String(attempt));
    });
    const before = changes;

    writeFileSync(join(folder, "notes.txt"), "2");
    writeFileSync(join(package_, "index.js"), "2");
    rmSync(join(folder, "notes.txt"));
    await new Promise((resolve) => setTimeout(resolve, 300)); // there is nothing to wait for

    expect(changes).toBe(before);
  });
});
