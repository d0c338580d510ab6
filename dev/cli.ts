#!/usr/bin/env node
import { run } from "./commands/program.js";
import { version } from "./version.js";

// Whoever reads has heard enough, as `head` does: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

process.exitCode = await run(process.argv.slice(2), version);
