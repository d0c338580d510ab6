import path from "node:path";
import ts from "typescript";
import type { SourceFile } from "./source-files.js";

/** tsconfig.json's options, as the compiler's interface takes them. */
export function compilerOptions(root: string): ts.CompilerOptions {
  const file = path.join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}

/** A program of the files given, by their paths from the repository's folder, and of all they import. */
export function programOf(root: string, files: readonly string[]): ts.Program {
  return ts.createProgram(
    files.map((file) => path.join(root, file)),
    compilerOptions(root),
  );
}

/** A program of files that exist only here, as if they lay in the repository: their imports resolve as a file's would. */
export function programOfTexts(
  root: string,
  files: readonly SourceFile[],
  options: ts.CompilerOptions = compilerOptions(root),
): ts.Program {
  const texts = new Map(files.map((file) => [path.join(root, file.path), file.text]));
  const folders = new Set([...texts.keys()].map((file) => path.dirname(file)));
  const host = ts.createCompilerHost(options, true);
  const real = { ...host };
  host.fileExists = (name) => texts.has(name) || real.fileExists(name);
  host.readFile = (name) => texts.get(name) ?? real.readFile(name);
  // Module resolution asks for the folder before it asks for a file in it.
  host.directoryExists = (name) => folders.has(name) || (real.directoryExists?.(name) ?? true);
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name);
    return text === undefined
      ? real.getSourceFile(name, version, ...rest)
      : ts.createSourceFile(name, text, version, true);
  };
  return ts.createProgram([...texts.keys()], options, host);
}
