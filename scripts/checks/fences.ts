import type { SourceFile } from "./source-files.js";

/** One `ts` code fence of a document, ready to be compiled. */
export interface Fence {
  /** The document and the line of the fence's first line of code. */
  readonly document: string;
  readonly line: number;
  /** The file name its first line gives, as in `// contract.ts`, if it gives one. */
  readonly name: string | undefined;
  readonly code: string;
}

// "// contract.ts" alone, or followed by words set off from the name: "// contract.ts — shared by every service".
const fileNameComment = /^\/\/ ([a-z0-9-]+(?:\.[a-z-]+)*\.ts)(?:\s.*)?$/;

const opening = /^(\s*)(`{3,}|~{3,})\s*(\S*)/;

/**
 * The `ts` and `typescript` fences of a Markdown document, or of the doc comments of a TypeScript file.
 *
 * @throws Error for a fence that is never closed.
 */
export function fencesOf(file: SourceFile): readonly Fence[] {
  const lines = file.text.split("\n").map(file.path.endsWith(".md") ? (line) => line : commentText);
  const fences: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = "", ticks = "", language = ""] = opening.exec(lines[at] ?? "") ?? [];
    if (ticks === "") continue;
    const end = lines.findIndex((line, index) => index > at && line?.trim() === ticks);
    if (end < 0) throw new Error(`${file.path}:${String(at + 1)}: this code fence is never closed`);
    const code = lines
      .slice(at + 1, end)
      .map((line = "") => (line.startsWith(indent) ? line.slice(indent.length) : line));
    if (/^(ts|typescript)$/.test(language)) {
      const name = fileNameComment.exec(code[0] ?? "")?.[1];
      fences.push({ document: file.path, line: at + 2, name, code: code.join("\n") });
    }
    at = end;
  }
  return fences;
}

/** The text of a line inside a doc comment; undefined outside one, where backticks are template literals. */
function commentText(line: string): string | undefined {
  return /^\s*\* ?(.*)$/.exec(line)?.[1];
}

/** A fence as a module: each document is a folder, so that its fences can import each other by file name. */
export interface FenceModule {
  readonly file: SourceFile;
  readonly fence: Fence;
}

/**
 * Gives each fence a path below `folder`.
 *
 * @throws Error if two fences of one document have the same file name.
 */
export function fenceModules(folder: string, fences: readonly Fence[]): readonly FenceModule[] {
  const taken = new Set<string>();
  return fences.map((fence) => {
    const name = fence.name ?? `line-${String(fence.line)}.ts`;
    const path = `${folder}/${fence.document.replace(/[/.]/g, "-")}/${name}`;
    if (taken.has(path)) {
      throw new Error(
        `${fence.document}:${String(fence.line)}: a second fence named ${name} in one document`,
      );
    }
    taken.add(path);
    return { file: { path, text: fence.code }, fence };
  });
}
