#!/usr/bin/env node
import { Command } from "commander";
import { cluster } from "./commands/cluster.js";
import { version } from "./version.js";

const program = new Command("statefun")
  .description("What a developer runs beside stateful functions.")
  .version(version)
  .showHelpAfterError("(add --help for what is possible)")
  .addCommand(cluster());

program.parseAsync().catch((error: unknown) => {
  const { DEBUG } = process.env;
  const debugging = DEBUG !== undefined && DEBUG !== "";
  const message =
    error instanceof Error ? ((debugging ? error.stack : undefined) ?? error.message) : String(error);
  process.stderr.write(`statefun: ${message}\n`);
  process.exitCode = 1;
});
