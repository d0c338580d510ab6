import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import type { HttpFigure } from "../../../bench/http/figure.js";

/** Starting six servers and loading each for a second takes ten seconds; a loaded machine may need many times that. */
const patience = 180_000;

const run = (...words: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ["--import", "tsx", "http/run.ts", ...words], {
    cwd: "bench",
    timeout: patience,
  });

test(
  "--quick serves on every host of this repository, verifies what they answer, and prints a line of JSON a figure",
  async () => {
    const hosts = ["listen", "serve", "echo", "official", "express", "express-echo"];

    const { stdout } = await run("--quick", "relay", "1", ...hosts);

    const figures = stdout
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as HttpFigure] : []));
    expect(figures.map(({ bench, met }) => ({ bench, met }))).toEqual([
      { bench: "http-listen-echo", met: null },
      { bench: "http-serve-echo", met: null },
      { bench: "http-listen-official", met: null },
      { bench: "http-express-express-echo", met: null },
    ]);
    for (const { ours, peer } of figures) expect(Math.min(ours, peer)).toBeGreaterThan(0);
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
