import { entriesOf, type Package } from "./entry-files.js";

/** Everything that says where an import of ours leads: it must say the same everywhere. */
export interface ExportsFacts {
  readonly packages: readonly Package[];
  /** `compilerOptions.paths` of tsconfig.json. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** `moduleNameMapper` of jest.config.js. */
  readonly moduleNameMapper: Readonly<Record<string, string>>;
  /** `entryPoints` of typedoc.json. */
  readonly documented: readonly string[];
  /** Tells whether a path from the repository's folder exists. */
  readonly exists: (path: string) => boolean;
}

/** A sentence for each disagreement between the exports maps, the files, tsconfig's paths, jest's mapper and TypeDoc. */
export function exportsProblems(facts: ExportsFacts): readonly string[] {
  const entries = facts.packages.flatMap(entriesOf);
  return [
    ...facts.packages.flatMap(targetProblems),
    ...entries.flatMap(({ name, file }) => [
      ...unless(facts.exists(file), `${name}: there is no ${file}`),
      ...unless(
        facts.paths[name]?.join() === `./${file}`,
        `${name}: tsconfig.json's paths lead elsewhere than ${file}`,
      ),
      ...unless(
        mapped(facts.moduleNameMapper, name) === `<rootDir>/${file}`,
        `${name}: jest.config.js's moduleNameMapper leads elsewhere than ${file}`,
      ),
      ...unless(facts.documented.includes(file), `${name}: typedoc.json's entryPoints lack ${file}`),
    ]),
    ...Object.keys(facts.paths).flatMap((name) =>
      unless(
        entries.some((entry) => entry.name === name),
        `${name}: in tsconfig.json's paths, and in no exports map`,
      ),
    ),
  ];
}

/** What is wrong with the targets themselves: types first (TypeScript takes the first that matches), both in dist. */
function targetProblems({ name, exports }: Package): readonly string[] {
  return Object.entries(exports).flatMap(([subpath, target]) => {
    const where = `${name}${subpath.slice(1)}`;
    if (typeof target === "string") {
      return unless(
        target === subpath,
        `${where}: a plain target is for a file exported as it lies, not ${target}`,
      );
    }
    return [
      ...unless(
        Object.keys(target).join() === "types,default",
        `${where}: its conditions must be types, then default`,
      ),
      ...unless(/^\.\/dist\/.+\.js$/.test(target.default), `${where}: default must be a module in ./dist/`),
      ...unless(
        target.types === target.default.replace(/\.js$/, ".d.ts"),
        `${where}: types must lie beside ${target.default}`,
      ),
    ];
  });
}

/** The file jest loads for `name`: the first pattern that matches wins, with its groups put in. */
function mapped(mapper: Readonly<Record<string, string>>, name: string): string | undefined {
  const found = Object.entries(mapper).find(([pattern]) => new RegExp(pattern).test(name));
  return found && name.replace(new RegExp(found[0]), found[1]);
}

function unless(holds: boolean, sentence: string): readonly string[] {
  return holds ? [] : [sentence];
}
