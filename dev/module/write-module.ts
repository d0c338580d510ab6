import type { AnyStatefulFunction, AnyType, Duration } from "statefun";
import { RuntimeError } from "../runtime/runtime-error.js";
import { playgroundIds } from "./kinds.js";
import { idText } from "./kafka-schema.js";
import type { EgressSpec, EndpointSpec, IngressSpec, Module, StartupPosition } from "./module.js";
import { moduleText } from "./module-text.js";
import { readModule } from "./read-module.js";
import { parseTypeName, typeNameForm } from "./type-name.js";

/** What has a typename: a function type, a function, an egress, a type of values. */
export interface Named {
  /** `<namespace>/<name>` */
  readonly typename: string;
}

/** A module, described in code. */
export interface ModuleOptions {
  /** The functions: a list, or what has one, such as a request-reply handler. */
  readonly functions: readonly AnyStatefulFunction[] | { readonly functions: readonly AnyStatefulFunction[] };
  /** Where they answer; `{function.name}` stands for the name of the function. */
  readonly url: string;
  /** An endpoint for each `namespace`, the default, or for each `function`. */
  readonly endpointPer?: "namespace" | "function";
  /** How many messages may wait for one address before ingresses pause; 1000 if left out. */
  readonly maxNumBatchRequests?: number;
  /** How the functions are called; the transport async with its defaults if left out. */
  readonly transport?: TransportOptions;
  /** The ways in; none if left out. */
  readonly ingresses?: readonly (KafkaIngressOptions | PlaygroundIngressOptions)[];
  /** The ways out; none if left out. */
  readonly egresses?: readonly (KafkaEgressOptions | PlaygroundEgressOptions)[];
}

/** The transport of all endpoints. */
export interface TransportOptions {
  /** The short name of the transport; async if left out. */
  readonly type?: "async" | "okhttp";
  /** Properties as module files have them, such as `{ call: "5min" }`. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Kafka topics that become messages. */
export interface KafkaIngressOptions {
  /** What is read, from where, and who gets it. */
  readonly kafka: {
    /** `<namespace>/<name>` */
    readonly id: string;
    /** `host:port`, several separated by commas. */
    readonly address: string;
    readonly consumerGroupId: string;
    readonly topics: readonly {
      readonly topic: string;
      /** The type of the records' values, or its typename. */
      readonly type: AnyType | string;
      /** Who gets each record: functions, or their typenames. */
      readonly targets: readonly (Named | string)[];
    }[];
    /** `latest` if left out. */
    readonly startupPosition?: StartupPosition;
    /** `latest` if left out. */
    readonly autoOffsetReset?: "earliest" | "latest";
    readonly properties?: Readonly<Record<string, string>>;
  };
}

/** An HTTP server whose requests become messages. */
export interface PlaygroundIngressOptions {
  /** Where its HTTP server listens. */
  readonly playground: { readonly port: number };
}

/** Records to Kafka. */
export interface KafkaEgressOptions {
  /** What is written, where, and with which promise. */
  readonly kafka: {
    /** The egress, or its typename. */
    readonly id: Named | string;
    /** `host:port`, several separated by commas. */
    readonly address: string;
    /** `at-least-once` if left out. */
    readonly deliverySemantic?: "at-least-once" | "none" | { readonly exactlyOnceWithin: Duration };
    readonly properties?: Readonly<Record<string, string>>;
  };
}

/** An HTTP server that hands out records. */
export interface PlaygroundEgressOptions {
  /** Where its HTTP server listens, and the topics that it hands out. */
  readonly playground: { readonly port: number; readonly topics: readonly string[] };
}

/**
 * The text of a module file for functions: what it says is checked as a file that was written by hand, and comments
 * explain each document.
 *
 * @throws RuntimeError `invalid-argument` if a typename is none, or there is no function
 * @throws RuntimeError `invalid-module` or `unsupported` (a `ModuleError`) if such a module would be refused
 */
export function writeModule(options: ModuleOptions): string {
  const text = moduleText(describedModule(options));
  readModule(text, { file: "the module written" });
  return text;
}

/**
 * The module that options describe, not yet checked.
 *
 * @throws RuntimeError `invalid-argument` if a typename is none, or there is no function
 */
export function describedModule(options: ModuleOptions): Module {
  return {
    endpoints: endpoints(options),
    ingresses: (options.ingresses ?? []).map(ingress),
    egresses: (options.egresses ?? []).map(egress),
    warnings: [],
  };
}

/** How many messages may wait for one address before ingresses pause. */
const defaultMaxNumBatchRequests = 1000;

function endpoints(options: ModuleOptions): readonly EndpointSpec[] {
  const { functions: given, url, maxNumBatchRequests = defaultMaxNumBatchRequests, transport } = options;
  const functions = "functions" in given ? given.functions : given;
  if (functions.length === 0) throw invalid("a module needs a function: none was given");
  const types = functions.map(({ typename }) => typeOf(typename, "the typename of a function"));
  const served =
    options.endpointPer === "function"
      ? types
      : [...new Set(types.map(({ namespace }) => namespace))].map((namespace) => ({
          namespace,
          name: undefined,
        }));
  return served.map(({ namespace, name }) => ({
    functions: { namespace, name },
    urlPathTemplate: url,
    maxNumBatchRequests,
    transport: { type: transport?.type ?? "async", properties: transport?.properties ?? {} },
  }));
}

function ingress(options: KafkaIngressOptions | PlaygroundIngressOptions): IngressSpec {
  if ("playground" in options) {
    return { kind: "playground", id: playgroundIds.ingress, port: options.playground.port };
  }
  const { id, topics, startupPosition, autoOffsetReset, properties, ...rest } = options.kafka;
  return {
    kind: "kafka",
    id: idText(typeOf(id, "the id of an ingress")),
    ...rest,
    topics: topics.map(({ topic, type, targets }) => ({
      topic,
      valueType: typenameOf(type),
      targets: targets.map((target) => typeOf(typenameOf(target), "a target")),
    })),
    autoOffsetReset: autoOffsetReset ?? "latest",
    startupPosition: startupPosition ?? { type: "latest" },
    properties: properties ?? {},
  };
}

function egress(options: KafkaEgressOptions | PlaygroundEgressOptions): EgressSpec {
  if ("playground" in options) {
    return { kind: "playground", id: playgroundIds.egress, ...options.playground };
  }
  const { id, address, deliverySemantic = "at-least-once", properties = {} } = options.kafka;
  return {
    kind: "kafka",
    id: idText(typeOf(typenameOf(id), "the id of an egress")),
    address,
    deliverySemantic:
      typeof deliverySemantic === "string"
        ? { type: deliverySemantic }
        : { type: "exactly-once", transactionTimeoutMillis: wholeMillis(deliverySemantic.exactlyOnceWithin) },
    properties,
  };
}

function typenameOf(named: Named | string): string {
  return typeof named === "string" ? named : named.typename;
}

function typeOf(typename: string, what: string): { readonly namespace: string; readonly name: string } {
  const type = parseTypeName(typename);
  if (type !== undefined) return type;
  throw invalid(`${what} is ${typeNameForm}; "${typename}" is none`);
}

function wholeMillis({ days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 }: Duration): number {
  return Math.floor((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds);
}

function invalid(message: string): RuntimeError {
  return new RuntimeError("invalid-argument", message);
}
