import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import type { Figure } from "../../bench/figure.js";

/** Starting tsx and running everything once takes a few seconds; a loaded machine may need ten times that. */
const patience = 60_000;

const run = (...words: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ["--expose-gc", "--import", "tsx", "run.ts", ...words], {
    cwd: "bench",
    timeout: patience,
  });

test(
  "--quick finds the answers of all contestants equal, and prints a line of JSON for each figure",
  async () => {
    const { stdout } = await run("--quick", "batch", "codec", "1", "10", "100");

    const figures = stdout
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Figure] : []));
    expect(figures).toHaveLength(4 * 3 * 2 + 3 * 3 * 2);
    expect(Object.keys(figures[0] ?? {})).toEqual([
      "bench",
      "function",
      "batch",
      "ours",
      "peer",
      "ratio",
      "goal",
      "met",
    ]);
    expect(figures[0]).toMatchObject({ bench: "batch", function: "counter", batch: 1, goal: null });
  },
  patience,
);

test(
  "a word that is nothing exits with 2",
  async () => {
    await expect(run("conter")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"conter"'),
    });
  },
  patience,
);
