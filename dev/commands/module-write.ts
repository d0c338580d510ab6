import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { loadFunctions } from "../functions/load-functions.js";
import { durationForm, parseDuration } from "../module/duration.js";
import {
  writeModule,
  type KafkaEgressOptions,
  type KafkaIngressOptions,
  type ModuleOptions,
  type PlaygroundEgressOptions,
} from "../module/write-module.js";
import { assignments, required, type Assignments } from "./assignments.js";
import { collect, positiveInteger, print, progress } from "./terminal.js";
import { UsageError } from "./usage-error.js";

interface Options {
  readonly url: string;
  readonly perFunction?: true;
  readonly transport?: "async" | "okhttp";
  readonly maxNumBatchRequests?: number;
  readonly kafkaIngress?: readonly string[];
  readonly kafkaEgress?: readonly string[];
  readonly playgroundIngress?: number;
  readonly playgroundEgress?: string;
  readonly output?: string;
}

/** `statefun module write`: the module file that functions need. */
export function moduleWrite(): Command {
  return new Command("write")
    .description("write the module file for the functions that files export")
    .argument("<functions...>", "TypeScript or JavaScript files that export functions")
    .requiredOption(
      "--url <url>",
      "where the functions answer, e.g. http://functions:8000/statefun; {function.name} stands for the name",
    )
    .option("--per-function", "an endpoint for each function, instead of one for each namespace")
    .addOption(
      new Option("--transport <type>", "how a cluster calls the functions").choices(["async", "okhttp"]),
    )
    .option("--max-num-batch-requests <number>", "messages that may wait for one address", positiveInteger)
    .option(
      "--kafka-ingress <settings>",
      "id=example/names,address=kafka:9092,group=greeter,topic=names,type=example/Hello,target=example/person[,start=earliest]; again with the same id for another topic; repeatable",
      collect,
    )
    .option(
      "--kafka-egress <settings>",
      "id=example/greetings,address=kafka:9092[,semantic=exactly-once,timeout=15min]; repeatable",
      collect,
    )
    .option("--playground-ingress <port>", "HTTP requests become messages", positiveInteger)
    .option("--playground-egress <port:topic,topic>", "records can be fetched by HTTP")
    .option("-o, --output <file>", "the file to write; standard output if left out")
    .action(write);
}

async function write(files: readonly string[], options: Options): Promise<void> {
  const { functions, egresses } = await loadFunctions(files);
  const described: ModuleOptions = {
    functions,
    url: options.url,
    endpointPer: options.perFunction ? "function" : "namespace",
    ...(options.maxNumBatchRequests === undefined
      ? {}
      : { maxNumBatchRequests: options.maxNumBatchRequests }),
    ...(options.transport === undefined ? {} : { transport: { type: options.transport } }),
    ingresses: [
      ...kafkaIngresses(options.kafkaIngress ?? []),
      ...(options.playgroundIngress === undefined
        ? []
        : [{ playground: { port: options.playgroundIngress } }]),
    ],
    egresses: [
      ...(options.kafkaEgress ?? []).map(kafkaEgress),
      ...(options.playgroundEgress === undefined ? [] : [playgroundEgress(options.playgroundEgress)]),
    ],
  };
  const text = writeModule(described);
  sayWhatIsMissing(text, egresses);
  if (options.output === undefined) {
    print(text.trimEnd());
    return;
  }
  await writeFile(options.output, text);
  progress(`Wrote ${options.output}; statefun module check ${options.output} checks it after changes.`);
}

function sayWhatIsMissing(text: string, egresses: readonly string[]): void {
  for (const id of egresses) {
    if (!text.includes(`id: ${id}\n`)) {
      progress(
        `The functions' files export the egress ${id}, which the module lacks: add --kafka-egress id=${id},…`,
      );
    }
  }
}

type KafkaIngress = KafkaIngressOptions["kafka"];

function kafkaIngresses(settings: readonly string[]): readonly KafkaIngressOptions[] {
  const byId = new Map<string, KafkaIngress>();
  for (const text of settings) {
    const given = assignments("--kafka-ingress", text, [
      "id",
      "address",
      "group",
      "topic",
      "type",
      "target",
      "start",
    ]);
    const id = required(given, "id");
    const before = byId.get(id);
    const topic = {
      topic: required(given, "topic"),
      type: required(given, "type"),
      targets: required(given, "target").split(","),
    };
    byId.set(id, {
      ...(before ?? {
        id,
        address: required(given, "address"),
        consumerGroupId: required(given, "group"),
        ...startOf(given),
      }),
      topics: [...(before?.topics ?? []), topic],
    });
  }
  return [...byId.values()].map((kafka) => ({ kafka }));
}

function startOf({ values }: Assignments): Partial<KafkaIngress> {
  const start = values.get("start");
  if (start === undefined) return {};
  if (start !== "earliest" && start !== "latest" && start !== "group-offsets") {
    throw new UsageError(`--kafka-ingress: start is "${start}"; allowed: earliest, latest, group-offsets.`);
  }
  return { startupPosition: { type: start } };
}

function kafkaEgress(text: string): KafkaEgressOptions {
  const given = assignments("--kafka-egress", text, ["id", "address", "semantic", "timeout"]);
  const semantic = given.values.get("semantic") ?? "at-least-once";
  return {
    kafka: {
      id: required(given, "id"),
      address: required(given, "address"),
      deliverySemantic:
        semantic === "exactly-once" ? { exactlyOnceWithin: timeoutOf(given) } : looseSemantic(semantic),
    },
  };
}

function looseSemantic(semantic: string): "at-least-once" | "none" {
  if (semantic === "at-least-once" || semantic === "none") return semantic;
  throw new UsageError(
    `--kafka-egress: semantic is "${semantic}"; allowed: at-least-once, exactly-once, none.`,
  );
}

/** The longest transaction that brokers allow by default. */
const defaultTimeout = "15min";

function timeoutOf({ values }: Assignments): { readonly milliseconds: number } {
  const milliseconds = parseDuration(values.get("timeout") ?? defaultTimeout);
  if (typeof milliseconds === "number") return { milliseconds };
  throw new UsageError(`--kafka-egress: timeout: ${milliseconds}: it must be ${durationForm}.`);
}

function playgroundEgress(text: string): PlaygroundEgressOptions {
  const [, port, topics] = /^(\d+):(.+)$/.exec(text) ?? [];
  if (topics === undefined) {
    throw new UsageError(`--playground-egress ${text}: write it as port:topic,topic, e.g. 8091:greetings.`);
  }
  return { playground: { port: Number(port), topics: topics.split(",") } };
}
