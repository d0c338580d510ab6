/**
 * Type-checks every `ts` code fence in Markdown and in doc comments, and looks for the files that Markdown links to:
 * part of `npm run verify`.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { fenceModules, fencesOf, type FenceModule } from "./checks/fences.js";
import { brokenLinks } from "./checks/links.js";
import { compilerOptions, programOfTexts } from "./checks/program.js";
import { filePaths, readFiles } from "./checks/source-files.js";
import { endWith, root } from "./process.js";

// Below the repository's folder, so that packages resolve as they do for its files; nothing is written there.
const folder = ".fences";

const documents = [
  ...filePaths(root, ".", [".md"]),
  ...["sdk", "server-adapters", "dev", "proto", "examples"].flatMap((name) => filePaths(root, name, [".ts"])),
];

function sentence(modules: readonly FenceModule[], { file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, "\n");
  const found = modules.find((module) => file?.fileName === path.join(root, module.file.path));
  if (!found || !file) return text;
  const line = found.fence.line + file.getLineAndCharacterOfPosition(start ?? 0).line;
  return `${found.fence.document}:${String(line)}: ${text}`;
}

const files = readFiles(root, documents);
const links = files
  .filter((file) => file.path.endsWith(".md"))
  .flatMap((file) => brokenLinks(file, (target) => existsSync(path.join(root, target))));
const modules = fenceModules(
  folder,
  files.flatMap((file) => fencesOf(file)),
);
const program = programOfTexts(
  root,
  modules.map(({ file }) => file),
  // A fence may show a declaration that only the text around it uses.
  { ...compilerOptions(root), noUnusedLocals: false, noUnusedParameters: false },
);
const diagnostics = modules.flatMap(({ file }) =>
  ts.getPreEmitDiagnostics(program, program.getSourceFile(path.join(root, file.path))),
);

console.log(`${String(modules.length)} code fences in ${String(documents.length)} documents`);
endWith([...links, ...diagnostics.map((diagnostic) => sentence(modules, diagnostic))]);
