import { isYamlMap } from "./fields.js";
import { legacyKinds } from "./kinds.js";
import { parseTypeName, typeNameForm } from "./type-name.js";
import { describeFound, type Path, type SourceDocument } from "./yaml-source.js";

/** One component of a module, before its spec is looked at. */
export interface Component {
  readonly document: SourceDocument;
  /** In full. */
  readonly kind: string;
  readonly spec: unknown;
  /** Where the spec stands in the document. */
  readonly specPath: Path;
}

/** Takes note of what is wrong. */
export type Report = (document: SourceDocument, path: Path, message: string) => void;

/** The components of a file: of the format of today, or of 3.0. */
export function components(documents: readonly SourceDocument[], report: Report): readonly Component[] {
  const [only, ...others] = documents;
  if (only !== undefined && others.length === 0 && isYamlMap(only.value) && "version" in only.value) {
    return legacyComponents(only, only.value, report);
  }
  return documents.filter(({ value }) => value !== null).flatMap((document) => component(document, report));
}

function component(document: SourceDocument, report: Report): readonly Component[] {
  const { value } = document;
  if (!isYamlMap(value)) {
    report(document, [], `found ${describeFound(value)}; a document is a map with kind and spec.`);
    return [];
  }
  if (value.version !== undefined && value.module !== undefined) {
    const message =
      "found a module of the format 3.0, which must be the only document of its file; a --- after it begins another.";
    report(document, [], message);
    return [];
  }
  const kind = fullKind(value.kind);
  if (kind === undefined) {
    report(document, ["kind"], `found ${describeFound(value.kind)}; a kind is ${typeNameForm}.`);
  }
  if (value.spec === undefined || value.spec === null) {
    report(document, ["spec"], `found ${describeFound(value.spec)}; it must be given: a map.`);
    return [];
  }
  return kind === undefined ? [] : [{ document, kind, spec: value.spec, specPath: ["spec"] }];
}

function fullKind(kind: unknown): string | undefined {
  const type = typeof kind === "string" ? parseTypeName(kind) : undefined;
  return type === undefined ? undefined : `${type.namespace}/${type.name}`;
}

/** The one version of the old format that can be read. */
const legacyVersion = "3.0";

type YamlMap = Readonly<Record<string, unknown>>;

/** The parts of a module of the old format: a list, what each entry is, and the field that has its kind. */
const sections = [
  { list: "endpoints", entry: "endpoint", kind: "kind", hasId: false },
  { list: "ingresses", entry: "ingress", kind: "type", hasId: true },
  { list: "egresses", entry: "egress", kind: "type", hasId: true },
] as const;

function legacyComponents(document: SourceDocument, top: YamlMap, report: Report): readonly Component[] {
  const { version } = top;
  if (version !== legacyVersion) {
    const quotes = typeof version === "string" ? "" : " (in quotes: it must be text)";
    report(
      document,
      ["version"],
      `found ${describeFound(version)}; the one version that can be read is "${legacyVersion}"${quotes}. Newer modules have no version: each document has kind and spec.`,
    );
    return [];
  }
  const module = mapAt(top.module);
  const type = mapAt(module.meta).type;
  if (typeof type !== "string" || type.toLowerCase() !== "remote") {
    report(document, ["module", "meta", "type"], `found ${describeFound(type)}; allowed: remote.`);
  }
  const spec = module.spec;
  if (!isYamlMap(spec)) {
    report(document, ["module", "spec"], `found ${describeFound(spec)}; it must be given: a map.`);
    return [];
  }
  return sections.flatMap((section) => {
    const path = ["module", "spec", section.list];
    const entries = spec[section.list];
    if (entries === undefined) return [];
    if (!Array.isArray(entries)) {
      report(document, path, `found ${describeFound(entries)}; it must be a list.`);
      return [];
    }
    return (entries as unknown[]).flatMap((entry, index) =>
      legacyEntry(document, section, mapAt(entry)[section.entry], [...path, index, section.entry], report),
    );
  });
}

function legacyEntry(
  document: SourceDocument,
  section: (typeof sections)[number],
  entry: unknown,
  path: Path,
  report: Report,
): readonly Component[] {
  const meta = mapAt(mapAt(entry).meta);
  const spec = mapAt(entry).spec;
  const given = meta[section.kind];
  const short = typeof given === "string" ? given : "";
  const kind = Object.hasOwn(legacyKinds, short) ? legacyKinds[short] : fullKind(given);
  const id = meta.id;
  const missing = (where: Path, value: unknown, form: string): void => {
    report(document, [...path, ...where], `found ${describeFound(value)}; it must be ${form}.`);
  };
  if (kind === undefined) missing(["meta", section.kind], given, `a kind: ${typeNameForm}`);
  if (section.hasId && typeof id !== "string") missing(["meta", "id"], id, `an id: ${typeNameForm}`);
  if (!isYamlMap(spec)) missing(["spec"], spec, "a map");
  if (kind === undefined || !isYamlMap(spec) || (section.hasId && typeof id !== "string")) return [];
  // Whatever id the spec has, that of `meta` takes its place.
  const full = section.hasId ? { ...spec, id } : spec;
  return [{ document, kind, spec: full, specPath: [...path, "spec"] }];
}

function mapAt(value: unknown): YamlMap {
  return isYamlMap(value) ? value : {};
}
