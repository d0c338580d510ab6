import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type Scalar,
} from "yaml";
import { DecimalNumber, plainScalar, scalarText, type ScalarValue } from "./yaml-scalar.js";

/** A place in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** From the document to a value in it: keys of maps and indexes of lists. */
export type Path = readonly (string | number)[];

/** What was noticed while reading YAML; no path: at a position. */
export interface YamlFinding {
  readonly severity: "invalid" | "warning";
  readonly position: Position;
  /** The number of the document, from 1. */
  readonly document: number;
  readonly message: string;
}

/** One document of a file: its value in plain JavaScript, and where in the file each part of it stands. */
export interface SourceDocument {
  /** From 1, documents without content counted. */
  readonly number: number;
  /** Maps are objects without prototype, decimal numbers are `DecimalNumber`, large integers are bigints. */
  readonly value: unknown;
  /** Where the value at a path stands; the nearest that there is, if there is none. */
  position(path: Path): Position;
}

/** A file, read. */
export interface YamlSource {
  readonly documents: readonly SourceDocument[];
  readonly findings: readonly YamlFinding[];
}

/** Puts in what stands between `${` and `}`, or notes that it cannot. */
export type Placeholders = (
  text: string,
  note: (severity: "invalid" | "warning", message: string) => void,
) => string;

/** An alias may stand for much, and hold aliases itself; this many values are more than any module has. */
const mostValues = 1_000_000;

/** Reads YAML as a cluster does: the words of YAML 1.1, and of a key that stands twice the last. */
export function readYaml(text: string, placeholders: Placeholders): YamlSource {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    schema: "failsafe",
    uniqueKeys: false,
    merge: false,
    lineCounter: lines,
  });
  if (!Array.isArray(parsed)) return { documents: [], findings: [] };
  const findings: YamlFinding[] = [];
  const documents: SourceDocument[] = [];
  for (const [index, document] of parsed.entries()) {
    const number = index + 1;
    for (const error of document.errors) {
      const position = positionOf(lines, error.pos[0]);
      const message = `the file is not YAML: ${firstLine(error.message)}.`;
      findings.push({ severity: "invalid", position, document: number, message });
    }
    if (document.errors.length > 0) continue;
    const reader = new Reader(document, number, lines, placeholders, findings);
    documents.push({
      number,
      value: reader.value(document.contents),
      position: (path) => positionOf(lines, reader.offset(path)),
    });
  }
  return { documents, findings };
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** The library's messages go on with the place, which we say ourselves, and an excerpt. */
function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}

/** Turns the nodes of one document into values. */
class Reader {
  readonly #document: Document;
  readonly #number: number;
  readonly #lines: LineCounter;
  readonly #placeholders: Placeholders;
  readonly #findings: YamlFinding[];
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(
    document: Document,
    number: number,
    lines: LineCounter,
    placeholders: Placeholders,
    findings: YamlFinding[],
  ) {
    this.#document = document;
    this.#number = number;
    this.#lines = lines;
    this.#placeholders = placeholders;
    this.#findings = findings;
  }

  value(node: unknown): unknown {
    this.#values += 1;
    if (this.#values > mostValues) {
      const message = `the document holds more than ${String(mostValues)} values; are there aliases of aliases?`;
      if (this.#values === mostValues + 1 && isNode(node)) this.#note("invalid", node, message);
      return null;
    }
    if (isAlias(node)) return this.#target(node.resolve(this.#document), node, node.source);
    if (isScalar(node)) return this.#scalar(node);
    if (isMap(node)) return this.#map(node.items, node);
    if (isSeq(node)) return node.items.map((item) => this.value(item));
    return null;
  }

  /** An alias is followed, and said to be one: clusters do not follow it. */
  #target(target: Node | undefined, alias: Node, name: string): unknown {
    if (target === undefined || this.#open.has(target)) {
      this.#note("invalid", alias, `the alias *${name} has no anchor before it.`);
      return null;
    }
    this.#note(
      "warning",
      alias,
      `a cluster reads the alias *${name} as the text "${name}", not as what its anchor holds; write it out.`,
    );
    this.#open.add(target);
    const value = this.value(target);
    this.#open.delete(target);
    return value;
  }

  #map(items: readonly unknown[], map: Node): object {
    const object = Object.create(null) as Record<string, unknown>;
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const key = this.#key(pair.key);
      if (key === undefined) {
        this.#note("invalid", isNode(pair.key) ? pair.key : map, "a key must be text.");
        continue;
      }
      if (Object.hasOwn(object, key) && isNode(pair.key)) {
        this.#note("warning", pair.key, `the key ${key} stands twice; a cluster reads the last one.`);
      }
      object[key] = this.value(pair.value);
    }
    return object;
  }

  /** A key is text whatever it looks like. */
  #key(key: unknown): string | undefined {
    return isScalar(key) && typeof key.value === "string" ? this.#filled(key, key.value) : undefined;
  }

  #scalar(node: Scalar): ScalarValue {
    const text = typeof node.value === "string" ? node.value : "";
    const filled = this.#filled(node, text);
    const tag = node.tag?.replace("tag:yaml.org,2002:", "");
    if (tag === "str" || tag === "!") return filled;
    return node.type === "PLAIN" || tag !== undefined ? plainScalar(filled) : filled;
  }

  #filled(node: Node, text: string): string {
    if (!text.includes("${")) return text;
    return this.#placeholders(text, (severity, message) => {
      this.#note(severity, node, message);
    });
  }

  #note(severity: "invalid" | "warning", node: Node, message: string): void {
    const position = positionOf(this.#lines, node.range?.[0] ?? 0);
    const known = this.#findings.some(
      (finding) =>
        finding.position.line === position.line &&
        finding.position.column === position.column &&
        finding.message === message,
    );
    if (!known) this.#findings.push({ severity, position, document: this.#number, message });
  }

  /** Where a value begins: of what a map holds, its key, so that missing and surplus fields are found alike. */
  offset(path: Path): number {
    let node: unknown = this.#document.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const step of path) {
      const next = this.#step(isAlias(node) ? node.resolve(this.#document) : node, step);
      if (next === undefined) break;
      node = next.value;
      offset = next.offset ?? offset;
    }
    return offset;
  }

  #step(node: unknown, step: string | number): { value: unknown; offset: number | undefined } | undefined {
    if (isSeq(node) && typeof step === "number") {
      const item = node.items[step];
      return item === undefined
        ? undefined
        : { value: item, offset: isNode(item) ? item.range?.[0] : undefined };
    }
    if (!isMap(node)) return undefined;
    // Of a key that stands twice the last counts.
    const pair = node.items.findLast((item) => this.#key(item.key) === step);
    if (pair === undefined) return undefined;
    return { value: pair.value, offset: isNode(pair.key) ? pair.key.range?.[0] : undefined };
  }
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isAlias(value) || isCollection(value);
}

/** What was found, for messages: scalars in quotes, lists and maps by what they are. */
export function describeFound(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  if (value instanceof DecimalNumber) return value.text;
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? JSON.stringify(value) : scalarText(value as Exclude<ScalarValue, null>);
}
