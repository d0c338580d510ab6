/** One dependency as a manifest and its installed package state it. */
export interface Dependency {
  readonly name: string;
  /** The range of the manifest, without an alias's `npm:` part. */
  readonly range: string;
  /** The `license` field of the installed package. */
  readonly licence: string;
}

/** The name and the cells of each row of the tables in docs/dependencies.md. */
function rowsOf(document: string): ReadonlyMap<string, readonly string[]> {
  const rows = document.split("\n").map((line) => line.split("|").slice(1, -1));
  const named = rows.flatMap(([name = "", ...cells]) => {
    const found = /^ *`([^`]+)` *$/.exec(name)?.[1];
    return found === undefined ? [] : [[found, cells.map((cell) => cell.trim())] as const];
  });
  return new Map(named);
}

/** A sentence for each dependency that docs/dependencies.md lacks or has wrong, and for each line without a dependency. */
export function dependencyProblems(document: string, dependencies: readonly Dependency[]): readonly string[] {
  const rows = rowsOf(document);
  const used = new Set(dependencies.map(({ name }) => name));
  return [
    ...dependencies.flatMap((dependency) => rowProblems(dependency, rows.get(dependency.name))),
    ...[...rows.keys()]
      .filter((name) => !used.has(name))
      .map((name) => `${name} has a line and is no dependency`),
  ];
}

function rowProblems(
  { name, range, licence }: Dependency,
  row: readonly string[] | undefined,
): readonly string[] {
  if (!row) return [`${name} has no line`];
  const [version = "", stated = "", size = "", why = "", maintained = ""] = row;
  return [
    ...(version === range.replaceAll("||", "or") ? [] : [`${name} is at ${range}, not at ${version}`]),
    ...(stated === licence.replace(/^\((.*)\)$/, "$1")
      ? []
      : [`${name} is under ${licence}, not under ${stated}`]),
    ...(size && why && maintained ? [] : [`${name} lacks a size, a reason or a maintainer`]),
  ];
}

/** A package-lock.json, as far as the checks read it. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly resolved?: string;
  /** True for a workspace. */
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The packages of a lock file that name a registry: they break behind another one. */
export function packagesWithRegistry({ packages }: LockFile): readonly string[] {
  return Object.entries(packages).flatMap(([path, { resolved, link }]) =>
    resolved === undefined || link === true ? [] : [`${path}: ${resolved}`],
  );
}

/**
 * The optional dependencies that a lock file leaves out, as it does when a registry lacks the binary of another
 * platform: `npm ci` then fails on every platform.
 */
export function missingOptionalPackages({ packages }: LockFile): readonly string[] {
  const locked = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).flatMap((name) => (locked.has(name) ? [] : [`${path} lacks ${name}`])),
  );
}
