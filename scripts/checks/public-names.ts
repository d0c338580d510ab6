import ts from "typescript";
import type { Entry } from "./entry-files.js";

/** The names that users can import, one a line as `<subpath> <value or type> <name>`, sorted. */
export function publicNames(program: ts.Program, entries: readonly Entry[]): readonly string[] {
  const checker = program.getTypeChecker();
  return entries
    .flatMap((entry) =>
      exportedSymbols(program, entry).map((symbol) => {
        const kind = target(checker, symbol).flags & ts.SymbolFlags.Value ? "value" : "type";
        return `${entry.name} ${kind} ${symbol.name}`;
      }),
    )
    .sort();
}

/**
 * The symbols that an entry file exports.
 *
 * @throws Error if the program does not hold the file, or it is not a module.
 */
export function exportedSymbols(program: ts.Program, entry: Entry): readonly ts.Symbol[] {
  const file = program.getSourceFiles().find(({ fileName }) => fileName.endsWith(`/${entry.file}`));
  const module = file && program.getTypeChecker().getSymbolAtLocation(file);
  if (!module) throw new Error(`${entry.file}, which ${entry.name} exports, is no module of this program`);
  return program.getTypeChecker().getExportsOfModule(module);
}

/** What a symbol stands for, past the re-exports. */
export function target(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** What to change in the checked-in list so that it agrees with the code: `+ line` to add, `- line` to take out. */
export function namesDiff(listed: readonly string[], actual: readonly string[]): readonly string[] {
  return [
    ...actual.filter((line) => !listed.includes(line)).map((line) => `+ ${line}`),
    ...listed.filter((line) => !actual.includes(line)).map((line) => `- ${line}`),
  ];
}
