import { minimatch } from "minimatch";
import { importedFile, importsOf, type Import } from "./imports.js";
import type { SourceFile } from "./source-files.js";

/** One layer of test/architecture/layers.json: some files, and what they may import. */
export interface Layer {
  readonly layer: string;
  /** Globs from the repository's folder. */
  readonly files: readonly string[];
  /** The layers it may import; its own too, unless `separate`. */
  readonly imports: readonly string[];
  /** Globs of the packages it may import. */
  readonly packages: readonly string[];
  /** True if its files may not import each other. */
  readonly separate?: boolean;
  /** Why: printed with an offence. */
  readonly because: string;
}

/** The layers that `file` belongs to: exactly one, or layers.json has a gap or an overlap. */
export function layersOf(layers: readonly Layer[], file: string): readonly Layer[] {
  return layers.filter(({ files }) => files.some((glob) => matches(file, glob)));
}

/** A sentence for each file that no layer, or more than one, claims. */
export function unplacedFiles(layers: readonly Layer[], files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const found = layersOf(layers, file.path).map(({ layer }) => layer);
    if (found.length === 1) return [];
    return [
      `${file.path} belongs to ${found.join(" and ") || "no layer"}: see test/architecture/layers.json`,
    ];
  });
}

/** A sentence for each import that points where its layer may not. */
export function forbiddenImports(layers: readonly Layer[], files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const [layer] = layersOf(layers, file.path);
    return layer ? importsOf(file).flatMap((found) => offence(layers, layer, file.path, found)) : [];
  });
}

function offence(
  layers: readonly Layer[],
  layer: Layer,
  from: string,
  { specifier, line }: Import,
): readonly string[] {
  const target = importedFile(from, specifier);
  if (target === undefined ? mayImportPackage(layer, specifier) : mayImportFile(layers, layer, target))
    return [];
  return [`${from}:${String(line)} → ${target ?? specifier} (${layer.layer}: ${layer.because})`];
}

function mayImportPackage({ packages }: Layer, specifier: string): boolean {
  return packages.some((glob) => glob === "*" || matches(specifier, glob));
}

function mayImportFile(layers: readonly Layer[], layer: Layer, target: string): boolean {
  const [other] = layersOf(layers, target);
  return other === layer ? !layer.separate : other !== undefined && layer.imports.includes(other.layer);
}

function matches(file: string, glob: string): boolean {
  return minimatch(file, glob);
}
