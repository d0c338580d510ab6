import { Command } from "commander";
import { moduleCheck } from "./module-check.js";
import { moduleWrite } from "./module-write.js";

/** `statefun module`: module files, read and written without a cluster. */
export function module(): Command {
  return new Command("module")
    .description("module files: check them as a cluster does, or write one for functions")
    .addCommand(moduleCheck())
    .addCommand(moduleWrite());
}
