import ts from "typescript";
import type { SourceFile } from "./source-files.js";

/** The most lines a hand-written file may have: what one sitting can review. */
export const maxFileLines = 400;

/** The most lines a function of the source may have: one screen. */
export const maxFunctionLines = 60;

/** A sentence for each file above {@link maxFileLines}. */
export function longFiles(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, "").split("\n").length;
    return lines > maxFileLines ? [`${path} has ${String(lines)} lines`] : [];
  });
}

/** A sentence for each function, method or arrow function above {@link maxFunctionLines}. */
export function longFunctions(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node)) {
        const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line;
        const lines = tree.getLineAndCharacterOfPosition(node.end).line - first + 1;
        if (lines > maxFunctionLines)
          found.push(`${file.path}:${String(first + 1)} has ${String(lines)} lines`);
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
    return found;
  });
}
