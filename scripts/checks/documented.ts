import path from "node:path";
import ts from "typescript";
import type { Entry } from "./entry-files.js";
import { exportedSymbols, target } from "./public-names.js";

/** Something that users can name: an export of an entry file, or a public member of one. */
export interface PublicDeclaration {
  /** `functionType`, or `Context.send`. */
  readonly name: string;
  readonly node: ts.Declaration;
}

/** The public declarations behind the entry files, each once, with their members; not those of other packages. */
export function publicDeclarations(
  program: ts.Program,
  entries: readonly Entry[],
): readonly PublicDeclaration[] {
  const symbols = new Set(
    entries.flatMap((entry) =>
      exportedSymbols(program, entry).map((symbol) => target(program.getTypeChecker(), symbol)),
    ),
  );
  return [...symbols].flatMap((symbol) =>
    (symbol.declarations ?? [])
      .filter((node) => !node.getSourceFile().isDeclarationFile)
      .flatMap((node) => [{ name: symbol.name, node }, ...membersOf(symbol.name, node)]),
  );
}

/** A sentence for each public declaration without a doc comment, its own or that of a member it inherits from. */
export function undocumented(
  root: string,
  program: ts.Program,
  declarations: readonly PublicDeclaration[],
): readonly string[] {
  const checker = program.getTypeChecker();
  const documentedNames = new Set(
    declarations.filter(({ node }) => hasText(checker, node)).map(({ name }) => name),
  );
  // By name: overloads, and a type beside the value of the same name, are one thing to a reader.
  return declarations
    .filter(({ name }) => !documentedNames.has(name))
    .map(({ name, node }) => `${name} has no doc comment (${place(root, node)})`);
}

/** Where a declaration begins, as `file:line` from the repository's folder. */
export function place(root: string, node: ts.Node): string {
  const file = node.getSourceFile();
  const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  return `${path.relative(root, file.fileName)}:${String(line)}`;
}

function membersOf(owner: string, node: ts.Declaration): readonly PublicDeclaration[] {
  if (ts.isTypeAliasDeclaration(node)) {
    return ts.isTypeLiteralNode(node.type) ? publicMembers(owner, node.type.members) : [];
  }
  if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node))
    return publicMembers(owner, node.members);
  return [];
}

function publicMembers(owner: string, members: readonly ts.Declaration[]): readonly PublicDeclaration[] {
  return members.filter(isPublic).map((node) => ({ name: `${owner}.${memberName(node)}`, node }));
}

function isPublic(node: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(node);
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  if (name && ts.isPrivateIdentifier(name)) return false;
  if (ts.isClassStaticBlockDeclaration(node)) return false;
  return !(ts.getCombinedModifierFlags(node) & hidden) && !ts.getJSDocTags(node).some(isInternal);
}

function isInternal(tag: ts.JSDocTag): boolean {
  return tag.tagName.text === "internal";
}

function memberName(node: ts.Declaration): string {
  if (ts.isConstructorDeclaration(node)) return "constructor";
  if (ts.isCallSignatureDeclaration(node)) return "()";
  return ts.getNameOfDeclaration(node)?.getText() ?? ts.SyntaxKind[node.kind];
}

function hasText(checker: ts.TypeChecker, node: ts.Declaration): boolean {
  const inherited = symbolOf(checker, node)?.getDocumentationComment(checker) ?? [];
  const own = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return [
    ts.displayPartsToString(inherited),
    ...own.map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? ""),
  ].some((text) => text.trim() !== "");
}

/** The symbol of a declaration that has a name; constructors and call signatures have none. */
export function symbolOf(checker: ts.TypeChecker, node: ts.Declaration): ts.Symbol | undefined {
  const name = ts.getNameOfDeclaration(node);
  return name && checker.getSymbolAtLocation(name);
}
