import path from "node:path";
import type { SourceFile } from "./source-files.js";

/** The links of a Markdown document to files that do not exist; links to other hosts are not followed. */
export function brokenLinks(document: SourceFile, exists: (path: string) => boolean): readonly string[] {
  const prose = document.text
    .replace(/^(`{3,})[^]*?^\1/gm, (fence) => fence.replace(/[^\n]/g, ""))
    .replace(/`[^`\n]*`/g, "")
    .split("\n");
  return prose.flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].flatMap(([, target = ""]) => {
      if (/^[a-z]+:/.test(target)) return [];
      const file = path.posix.join(path.posix.dirname(document.path), target);
      return exists(file)
        ? []
        : [`${document.path}:${String(index + 1)}: links to ${target}, which does not exist`];
    }),
  );
}
