import type { z } from "zod";
import { closest } from "./did-you-mean.js";
import { components, type Component } from "./component.js";
import { endpointV1, endpointV2 } from "./endpoint-schema.js";
import { isYamlMap } from "./fields.js";
import { kafkaEgress, kafkaIngress } from "./kafka-schema.js";
import { propertyFindings } from "./kafka-settings.js";
import { kinds } from "./kinds.js";
import { kinesisEgress, kinesisIngress } from "./kinesis-schema.js";
import { Findings, ModuleError, problemText, type ModuleProblem } from "./module-problem.js";
import type { EgressSpec, EndpointSpec, IngressSpec, Module } from "./module.js";
import { filledFrom, leftAlone } from "./placeholders.js";
import { playgroundEgress, playgroundIngress } from "./playground-schema.js";
import { supportOf } from "./support.js";
import { surplusFields } from "./surplus-fields.js";
import { transportDoubts } from "./transport-doubts.js";
import { readYaml, type Path, type SourceDocument } from "./yaml-source.js";

/** How a module file is judged. */
export interface ReadModuleOptions {
  /** What the file is called in messages; `module.yaml` if left out. */
  readonly file?: string;
  /** Variables for `${NAME}`. Without them such text is left alone, as on a cluster. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Whether the module is a whole application, which a cluster starts only with an ingress and an endpoint; false if
   * left out, since functions of this process and its own HTTP ingress may take their place. With `warn` it may lack
   * them, with a warning.
   */
  readonly standalone?: boolean | "warn";
  /**
   * What happens to what a cluster takes and the embedded runtime does not have: `refuse` if left out; with `warn` it
   * is a warning, and left out of the module.
   */
  readonly unsupported?: "refuse" | "warn";
}

/** A module that was read, and what was noticed about it, as data. */
export interface ReadModule {
  readonly module: Module;
  readonly warnings: readonly ModuleProblem[];
}

/**
 * Reads the text of a module file. Everything that is wrong with it is reported together.
 *
 * @throws RuntimeError `invalid-module` (a `ModuleError`) if a cluster would refuse the module, too
 * @throws RuntimeError `unsupported` (a `ModuleError`) if only this runtime refuses it
 */
export function readModule(text: string, options: ReadModuleOptions = {}): Module {
  return readModuleWithWarnings(text, options).module;
}

/**
 * Reads the text of a module file, with its warnings as data.
 *
 * @throws RuntimeError `invalid-module` (a `ModuleError`) if a cluster would refuse the module, too
 * @throws RuntimeError `unsupported` (a `ModuleError`) if only this runtime refuses it
 */
export function readModuleWithWarnings(text: string, options: ReadModuleOptions = {}): ReadModule {
  const reading = new Reading(options);
  const module = reading.read(text);
  const { problems, warnings } = reading.findings;
  if (problems.length > 0) throw new ModuleError(problems, warnings);
  return { module: { ...module, warnings: warnings.map(problemText) }, warnings };
}

/** What a component became. */
type Part =
  | { readonly of: "endpoints"; readonly spec: EndpointSpec }
  | { readonly of: "ingresses"; readonly spec: IngressSpec }
  | { readonly of: "egresses"; readonly spec: EgressSpec }
  | { readonly of: "kinesis"; readonly spec: { readonly id: string } };

type PartReader = (spec: unknown) => z.ZodSafeParseResult<Part>;

function reader<Of extends Part["of"]>(
  of: Of,
  schema: z.ZodType<Extract<Part, { readonly of: Of }>["spec"]>,
): PartReader {
  const part = schema.transform((spec) => ({ of, spec }) as Part);
  return (spec) => part.safeParse(spec);
}

const readers = new Map<string, PartReader>([
  [kinds.endpointV1, reader("endpoints", endpointV1)],
  [kinds.endpointV2, reader("endpoints", endpointV2)],
  [kinds.kafkaIngress, reader("ingresses", kafkaIngress)],
  [kinds.kafkaEgress, reader("egresses", kafkaEgress)],
  [kinds.playgroundIngress, reader("ingresses", playgroundIngress)],
  [kinds.playgroundEgress, reader("egresses", playgroundEgress)],
  [kinds.kinesisIngress, reader("kinesis", kinesisIngress)],
  [kinds.kinesisEgress, reader("kinesis", kinesisEgress)],
]);

class Reading {
  readonly findings = new Findings();
  readonly #options: ReadModuleOptions;
  readonly #file: string;
  readonly #taken = new Map<string, number>();

  constructor(options: ReadModuleOptions) {
    this.#options = options;
    this.#file = options.file ?? "module.yaml";
  }

  read(text: string): Omit<Module, "warnings"> {
    const { env } = this.#options;
    const source = readYaml(text, env === undefined ? leftAlone : filledFrom(env));
    for (const { severity, position, document, message } of source.findings) {
      const place = { file: this.#file, ...position, document, kind: undefined, id: undefined, field: "" };
      this.findings.add({ ...place, severity, message });
    }
    const found = components(source.documents, (document, path, message) => {
      this.#report(document, path, "invalid", message);
    });
    const parts = found.flatMap((component) => this.#part(component));
    const { standalone = false } = this.#options;
    if (standalone !== false) this.#checkWhole(found, standalone === "warn" ? "warning" : "invalid");
    return {
      endpoints: parts.flatMap((part) => (part.of === "endpoints" ? [part.spec] : [])),
      ingresses: parts.flatMap((part) => (part.of === "ingresses" ? [part.spec] : [])),
      egresses: parts.flatMap((part) => (part.of === "egresses" ? [part.spec] : [])),
    };
  }

  /** Reads one component; the result is empty if it is none, or one that this runtime does not have. */
  #part(component: Component): readonly Part[] {
    const { document, kind, spec, specPath } = component;
    const read = readers.get(kind);
    if (read === undefined) {
      const meant = closest(kind, [...readers.keys()]);
      const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
      const path = specPath.length === 1 ? ["kind"] : specPath;
      const message = `there is no component of the kind ${kind}.${hint} Known are ${[...readers.keys()].join(", ")}.`;
      this.#report(document, path, "invalid", message, component);
      return [];
    }
    const note = (severity: ModuleProblem["severity"], path: Path, message: string): void => {
      this.#report(document, [...specPath, ...path], severity, message, component);
    };
    for (const { path, message } of surplusFields(kind, spec)) note("warning", path, message);
    const result = read(spec);
    if (!result.success) {
      for (const issue of result.error.issues) {
        const starts = issue.code === "custom" && issue.params?.clusterStarts === true;
        note(starts ? "unsupported" : "invalid", issue.path as Path, issue.message);
      }
      return [];
    }
    this.#checkUnique(result.data, component);
    this.#checkFurther(component, result.data, note);
    return this.#supported(result.data, component) ? [result.data] : [];
  }

  #supported(part: Part, component: Component): boolean {
    if (part.of !== "kinesis") return true;
    const because = supportOf(component.kind, "")?.because ?? "";
    const path = component.specPath.length === 1 ? ["kind"] : component.specPath;
    this.#report(component.document, path, "unsupported", `it is not supported: ${because}.`, component);
    return false;
  }

  /** What a cluster notices only once it runs. */
  #checkFurther(
    component: Component,
    part: Part,
    note: (severity: ModuleProblem["severity"], path: Path, message: string) => void,
  ): void {
    if (part.of === "endpoints") {
      for (const { path, message } of transportDoubts(component.kind, part.spec))
        note("warning", path, message);
      return;
    }
    if (part.of === "kinesis" || part.spec.kind !== "kafka") return;
    for (const { key, severity, message } of propertyFindings(part.spec)) {
      note(severity, propertyPath(component.spec, key), message);
    }
    if (part.of !== "ingresses" || !("topics" in part.spec)) return;
    for (const { topic, targets } of part.spec.topics) {
      const starred = targets.find(({ name }) => name.includes("*"));
      if (targets.length === 0)
        note("warning", ["topics"], `topic ${topic} has no targets: its records are dropped.`);
      if (starred !== undefined) {
        const message = `topic ${topic} has the target ${starred.namespace}/${starred.name}, which is one function with a star in its name.`;
        note("warning", ["topics"], message);
      }
    }
  }

  /** Ids are unique among ingresses and among egresses, functions among endpoints. */
  #checkUnique(part: Part, component: Component): void {
    const side = component.kind.endsWith("/ingress") ? "ingress" : "egress";
    const key =
      part.of === "endpoints"
        ? `endpoint for ${part.spec.functions.namespace}/${part.spec.functions.name ?? "*"}`
        : `${side} with the id ${part.spec.id}`;
    const before = this.#taken.get(key);
    if (before === undefined) {
      this.#taken.set(key, component.document.number);
      return;
    }
    const fixed = component.kind.startsWith("io.statefun.playground");
    const path = part.of === "endpoints" ? ["functions"] : fixed ? [] : ["id"];
    const message = fixed
      ? `document ${String(before)} has one already, and a module has at most one playground ${side}.`
      : `document ${String(before)} has an ${key} already; each must be there once.`;
    this.#report(component.document, [...component.specPath, ...path], "invalid", message, component);
  }

  /** What a cluster asks of a whole application. Not judged by what is broken: that is reported already. */
  #checkWhole(found: readonly Component[], severity: "invalid" | "warning"): void {
    if (this.findings.problems.some(({ severity }) => severity === "invalid")) return;
    const has = (suffix: RegExp): boolean => found.some(({ kind }) => suffix.test(kind));
    const whole = { file: this.#file, line: undefined, column: undefined, document: undefined };
    for (const [what, pattern] of [
      ["ingress", /\/ingress$/],
      ["endpoint", /\/http$/],
    ] as const) {
      if (has(pattern)) continue;
      const message = `there is no ${what}, and a cluster starts no application without one.`;
      this.findings.add({
        ...whole,
        kind: undefined,
        id: undefined,
        field: "",
        severity,
        message,
      });
    }
  }

  #report(
    document: SourceDocument,
    path: Path,
    severity: ModuleProblem["severity"],
    message: string,
    component?: Component,
  ): void {
    const lenient = severity === "unsupported" && this.#options.unsupported === "warn";
    this.findings.add({
      file: this.#file,
      ...document.position(path),
      document: document.number,
      kind: component?.kind ?? kindOf(document.value),
      id: component === undefined ? undefined : idOf(component.spec),
      field: fieldText(path),
      severity: lenient ? "warning" : severity,
      message,
    });
  }
}

function kindOf(value: unknown): string | undefined {
  const kind = isYamlMap(value) ? value.kind : undefined;
  return typeof kind === "string" ? kind : undefined;
}

/** Where a property stands; of one that stands twice, the last; without a key it is about the address. */
function propertyPath(spec: unknown, key: string | undefined): Path {
  if (key === undefined) return ["address"];
  const list = isYamlMap(spec) ? spec.properties : undefined;
  if (!Array.isArray(list)) return ["properties"];
  const index = (list as unknown[]).findLastIndex((item) => isYamlMap(item) && Object.keys(item)[0] === key);
  return index < 0 ? ["properties"] : ["properties", index, key];
}

/** What a component is called: its id, or the functions it serves. */
function idOf(spec: unknown): string | undefined {
  const id = isYamlMap(spec) ? (spec.id ?? spec.functions) : undefined;
  return typeof id === "string" ? id : undefined;
}

/** `spec.topics[0].targets` */
function fieldText(path: Path): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${String(step)}]` : index === 0 ? step : `.${step}`))
    .join("");
}
