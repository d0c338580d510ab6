import { statSync } from "node:fs";
import { register as registerHook } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isEgress, isStatefulFunction } from "statefun";
import type { AnyStatefulFunction } from "statefun";
import { RuntimeError } from "../runtime/runtime-error.js";

/** What files of functions export, put together. */
export interface LoadedFiles {
  /** The functions, in the order of the files, then of the names of the exports; each once. */
  readonly functions: readonly AnyStatefulFunction[];
  /** The typenames of the egresses that are exported; others may be used all the same. */
  readonly egresses: readonly string[];
}

/**
 * Imports files, TypeScript or JavaScript, and finds the functions and egresses that they export: by themselves, in
 * lists or objects, or in a request-reply handler.
 *
 * @param files - relative ones are looked for in the working directory
 * @throws RuntimeError `invalid-argument` if a file is not there or cannot be loaded, two functions have one typename,
 * or there is no function at all
 */
export async function loadFunctions(files: readonly string[]): Promise<LoadedFiles> {
  for (const file of files) {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) continue;
    throw invalid(`there is no file ${file}: give the files that export your functions`);
  }
  if (files.some((file) => /\.[mc]?tsx?$/.test(file))) await loadTypeScript();
  const functions = new Map<string, AnyStatefulFunction>();
  const egresses = new Set<string>();
  for (const file of files) {
    for (const found of (await exportsOf(file)).flatMap(contents)) {
      if (isEgress(found)) egresses.add(found.typename);
      if (isForeign(found)) throw foreign(file);
      if (!isStatefulFunction(found)) continue;
      const before = functions.get(found.typename);
      if (before !== undefined && before !== found) {
        throw invalid(
          `${file} exports a second function ${found.typename}: give each one a typename of its own`,
        );
      }
      functions.set(found.typename, found);
    }
  }
  if (functions.size === 0) {
    throw invalid(`${files.join(", ")}: nothing that statefulFunction(…) returned is exported; export it`);
  }
  return { functions: [...functions.values()], egresses: [...egresses] };
}

/**
 * A loader hook: TypeScript outside of packages is made of ES modules, whatever the package.json beside it says. As
 * CommonJS it would get a copy of `statefun` of its own, whose functions the runtime does not know.
 */
const typeScriptIsModules = `
const typeScript = /^file:(?!.*\\/node_modules\\/).*\\.tsx?(?:[?#]|$)/;
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  return typeScript.test(resolved.url) ? { ...resolved, format: "module" } : resolved;
}
`;

/** Lets this process import TypeScript. A process that runs this very file from its source does so already. */
async function loadTypeScript(): Promise<void> {
  if (registered || import.meta.url.endsWith(".ts")) return;
  registered = true;
  const { register } = await import("tsx/esm/api");
  register();
  registerHook(`data:text/javascript,${encodeURIComponent(typeScriptIsModules)}`);
}

let registered = false;

async function exportsOf(file: string): Promise<readonly unknown[]> {
  let exported: unknown;
  try {
    exported = await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw invalid(`${file} cannot be loaded: ${what}`, error);
  }
  return Object.values(exported as Readonly<Record<string, unknown>>);
}

/** An export itself, and what it holds: a list, a handler's functions, the exports of a CommonJS module. */
function contents(exported: unknown): readonly unknown[] {
  if (typeof exported !== "object" || exported === null) return [];
  if (isStatefulFunction(exported) || isEgress(exported)) return [exported];
  const { functions } = exported as { readonly functions?: unknown };
  return [
    ...(Object.values(exported) as readonly unknown[]),
    ...(Array.isArray(functions) ? (functions as readonly unknown[]) : []),
  ];
}

/** Whether it was made by a copy of the package that this one knows nothing of. */
function isForeign(found: unknown): boolean {
  if (typeof found !== "object" || found === null || isStatefulFunction(found)) return false;
  const { typename, accepts, storage } = found as Readonly<Record<string, unknown>>;
  return typeof typename === "string" && Array.isArray(accepts) && typeof storage === "object";
}

function foreign(file: string): RuntimeError {
  return invalid(
    `the functions of ${file} are made by another copy of the package statefun than the one that runs them: put "type": "module" into the package.json beside them, and see that only one copy is installed (npm ls statefun)`,
  );
}

function invalid(message: string, cause?: unknown): RuntimeError {
  return new RuntimeError("invalid-argument", message, { cause });
}
