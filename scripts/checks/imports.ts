import path from "node:path";
import ts from "typescript";
import type { SourceFile } from "./source-files.js";

/** One `import`, `export … from`, `import()` or import type: its specifier as written, and its line. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** The imports of one file, type-only ones and those inside types included. */
export function importsOf(file: SourceFile): readonly Import[] {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier) {
      const { line } = tree.getLineAndCharacterOfPosition(specifier.getStart(tree));
      found.push({ specifier: specifier.text, line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  const name = specifierNode(node);
  return name && ts.isStringLiteralLike(name) ? name : undefined;
}

function specifierNode(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return node.arguments[0];
  return undefined;
}

/** The file a relative specifier names, by its path from the repository's folder; undefined for a package. */
export function importedFile(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}

/** Which files each file imports, among `files`. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The import graph of `files`, which are named by path; imports of other files are left out. */
export function importGraph(files: readonly SourceFile[]): ImportGraph {
  const known = new Set(files.map((file) => file.path));
  return new Map(
    files.map((file) => {
      const targets = importsOf(file).map(({ specifier }) => importedFile(file.path, specifier));
      return [file.path, targets.filter((target) => target !== undefined && known.has(target)) as string[]];
    }),
  );
}

/** The cycles of a graph, one for each edge that closes one: `a → b → a`. */
export function cycles(graph: ImportGraph): readonly string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) found.push([...trail.slice(start), file].join(" → "));
    if (start >= 0 || finished.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** The imports of `entryFiles` by their path, as `a → b`: an entry file lists names for others, it is no module of ours. */
export function entryImports(graph: ImportGraph, entryFiles: ReadonlySet<string>): readonly string[] {
  return edges(graph).flatMap(([from, to]) => (entryFiles.has(to) ? [`${from} → ${to}`] : []));
}

/** The imports from one folder below `parent` into another one, as `a → b`. */
export function importsAcross(graph: ImportGraph, parent: string): readonly string[] {
  const folderOf = (file: string): string | undefined => {
    return file.startsWith(`${parent}/`) ? file.split("/")[parent.split("/").length] : undefined;
  };
  return edges(graph).flatMap(([from, to]) => {
    const folder = folderOf(from);
    return folder !== undefined && folder !== folderOf(to) ? [`${from} → ${to}`] : [];
  });
}

/** The files that name `Buffer` outside a comment or a string, each with the line. */
export function bufferUses(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && node.text === "Buffer") {
        found.push(
          `${file.path}:${String(tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1)}`,
        );
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
    return found;
  });
}

function edges(graph: ImportGraph): readonly (readonly [from: string, to: string])[] {
  return [...graph].flatMap(([from, targets]) => targets.map((to) => [from, to] as const));
}
