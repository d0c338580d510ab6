import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ModuleError } from "./module-problem.js";
import type { Module } from "./module.js";
import { readModuleWithWarnings, type ReadModule, type ReadModuleOptions } from "./read-module.js";

/**
 * Reads a module file: a path, or a `file:` URL.
 *
 * @throws RuntimeError `invalid-module` (a `ModuleError`) if the file cannot be read, or a cluster would refuse it
 * @throws RuntimeError `unsupported` (a `ModuleError`) if only this runtime refuses it
 */
export async function loadModule(file: string, options: ReadModuleOptions = {}): Promise<Module> {
  return (await loadModuleWithWarnings(file, options)).module;
}

/**
 * Reads a module file, with its warnings as data.
 *
 * @throws RuntimeError `invalid-module` (a `ModuleError`) if the file cannot be read, or a cluster would refuse it
 * @throws RuntimeError `unsupported` (a `ModuleError`) if only this runtime refuses it
 */
export async function loadModuleWithWarnings(
  file: string,
  options: ReadModuleOptions = {},
): Promise<ReadModule> {
  const text = await moduleText(file);
  return readModuleWithWarnings(text, { file, ...options });
}

async function moduleText(file: string): Promise<string> {
  try {
    return await readFile(file.startsWith("file:") ? fileURLToPath(file) : file, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `the file cannot be read: ${reason}`;
    const nowhere = {
      line: undefined,
      column: undefined,
      document: undefined,
      kind: undefined,
      id: undefined,
    };
    throw new ModuleError([{ file, ...nowhere, field: "", severity: "invalid", message }], [], cause);
  }
}
