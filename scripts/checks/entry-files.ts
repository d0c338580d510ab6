/** A subpath of one of the packages, and the source file its names are listed in. */
export interface Entry {
  /** What users write in an import. */
  readonly name: string;
  /** The path from the repository's folder. */
  readonly file: string;
}

/** The part of a package.json that says what can be imported, with the folder it lies in. */
export interface Package {
  /** The folder from the repository's, or "." for the root. */
  readonly folder: string;
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

/** The entries of a package: each subpath of its exports map that is code, with the source of what it names. */
export function entriesOf({ folder, name, exports }: Package): readonly Entry[] {
  return Object.entries(exports).flatMap(([subpath, target]) => {
    if (typeof target === "string") return []; // ./package.json
    const file = target.default.replace(/^\.\/dist\//, "").replace(/\.js$/, ".ts");
    return [{ name: name + subpath.slice(1), file: folder === "." ? file : `${folder}/${file}` }];
  });
}
