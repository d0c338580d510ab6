import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { allPlans, outcomeOf } from "./plan.js";
import type { Week } from "./program.js";

/** It takes about 20 s on two cores of its own, and must not fail on a machine that does other things, too. */
const patienceMillis = 300_000;

test(
  "a week with a million delayed messages, cancellations and expirations comes out exactly",
  async () => {
    const program = join(__dirname, "program.ts");

    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", program]);
    const { outcomes, left } = JSON.parse(stdout) as Week;

    expect(outcomes).toEqual(allPlans().map(outcomeOf));
    expect(left).toBe(0);
  },
  patienceMillis,
);
