import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import type { RuntimeFigure } from "../../../bench/runtime/figure.js";

/** Compiling, and starting a dozen processes, takes ten seconds; a loaded machine may need many times that. */
const patience = 300_000;

test(
  "--quick runs every part that needs no cluster, verifies what comes out, and prints a line of JSON a figure",
  async () => {
    const words = ["--quick", "runtime", "in-process", "http-to-http", "kept-state"];

    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--expose-gc", "--import", "tsx", "run.ts", ...words],
      { cwd: "bench", timeout: patience },
    );

    const figures = stdout
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as RuntimeFigure] : []));
    expect(figures.map(({ bench }) => bench)).toEqual([
      ...["memory", "lmdb", "lmdb-sync"].flatMap((store) =>
        ["100", "1000000", "1"].map((addresses) => `runtime-in-process-${store}-${addresses}`),
      ),
      "runtime-http-p50",
      "runtime-http-p99",
      "runtime-live-memory",
      "runtime-own-memory",
      "runtime-memory-growth",
      "runtime-restart",
      "runtime-restart-after-kill",
    ]);
    for (const { measured, goal, met } of figures) {
      expect(measured).toBeGreaterThan(0);
      expect([goal, met]).toEqual([null, null]);
    }
  },
  patience,
);
