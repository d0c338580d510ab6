import { parseAllDocuments } from "yaml";
import { ClusterError } from "./cluster-error.js";

/** From `host:port` as a module for a real cluster has it, to `host:port` as it is reached here. */
export type AddressMap = Readonly<Record<string, string>>;

const address = /^[^\s:/]+:\d{1,5}$/;

/**
 * The module's text with every `host:port` of the map replaced, wherever it stands as a whole: `kafka:9092` is not
 * found in `my-kafka:9092` or `kafka:90921`.
 *
 * @throws ClusterError `invalid-argument` if an entry is no `host:port`, or if the module does not mention it.
 */
export function mapAddresses(text: string, map: AddressMap): string {
  const sources = Object.keys(map);
  for (const source of sources) checkMapping(text, source, map[source] ?? "");
  if (sources.length === 0) return text;
  const longestFirst = sources.sort((one, other) => other.length - one.length);
  return text.replace(
    new RegExp(longestFirst.map(wholeAddress).join("|"), "g"),
    (found) => map[found] ?? found,
  );
}

function checkMapping(text: string, from: string, to: string): void {
  for (const part of [from, to]) {
    if (!address.test(part)) {
      throw new ClusterError(
        "invalid-argument",
        `The mapping ${from}=${to} needs host:port on both sides; "${part}" is none.`,
      );
    }
  }
  if (!new RegExp(wholeAddress(from)).test(text)) {
    throw new ClusterError(
      "invalid-argument",
      `The mapping ${from}=${to} is of no use: the module does not mention ${from}.`,
    );
  }
}

function wholeAddress(text: string): string {
  return `(?<![\\w.-])${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\d)`;
}

/** What a module says about Kafka, as far as a local cluster has to know it. */
export interface KafkaUse {
  readonly kind: "ingress" | "egress";
  readonly id: string;
  readonly address: string;
  /** The topics an ingress reads. An egress does not name its topics: each record does. */
  readonly topics: readonly string[];
}

/**
 * The Kafka ingresses and egresses of a module, legacy single-document modules aside.
 *
 * @throws ClusterError `module-invalid` if the text is not YAML, with line and column.
 */
export function kafkaUses(text: string): readonly KafkaUse[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const error = document.errors[0];
    if (error !== undefined)
      throw new ClusterError("module-invalid", `The module is not YAML: ${error.message}`);
    const use = kafkaUse(document.toJS());
    return use === undefined ? [] : [use];
  });
}

function kafkaUse(component: unknown): KafkaUse | undefined {
  const kind = /^io\.statefun\.kafka\.v1\/(ingress|egress)$/.exec(text(field(component, "kind")))?.[1];
  if (kind !== "ingress" && kind !== "egress") return undefined;
  const spec = field(component, "spec");
  const topics = field(spec, "topics");
  return {
    kind,
    id: text(field(spec, "id")),
    address: text(field(spec, "address")),
    topics: Array.isArray(topics)
      ? topics.map((topic) => text(field(topic, "topic"))).filter((name) => name !== "")
      : [],
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
