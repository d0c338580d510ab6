import ts from "typescript";
import type { SourceFile } from "./source-files.js";

/** Where `any` is written in types, as `file: name of the declaration around it`. */
export function anyTypes(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node, around: string): void => {
      const name = ts.isStatement(node) ? nameOf(node) : undefined;
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file.path}: ${around}`);
      ts.forEachChild(node, (child) => {
        visit(child, name ?? around);
      });
    };
    visit(tree, "a statement");
    return found;
  });
}

function nameOf(node: ts.Statement): string | undefined {
  const named = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node;
  return named && ts.getNameOfDeclaration(named as ts.Declaration)?.getText();
}
