import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { functionType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";
import type { Module, TopicRoute } from "../../../dev/module/module.js";
import { moduleText } from "../../../dev/module/module-text.js";
import { readModule } from "../../../dev/module/read-module.js";
import { describedModule, writeModule, type ModuleOptions } from "../../../dev/module/write-module.js";
import { Random } from "../../support/random.js";

const Greeter = functionType("example/greeter", [types.string]);
const Person = functionType("people/person", [types.string]);
const greeter = statefulFunction(Greeter, { on: { [types.string.typename]: () => undefined } });
const person = statefulFunction(Person, { on: { [types.string.typename]: () => undefined } });
const Greetings = kafkaEgress("example/greetings");

const options: ModuleOptions = {
  functions: requestReplyHandler([greeter, person]),
  url: "http://functions:8000/statefun",
  maxNumBatchRequests: 50,
  transport: { type: "okhttp", properties: { timeouts: { call: "30s" } } },
  ingresses: [
    {
      kafka: {
        id: "example/names",
        address: "kafka:9092",
        consumerGroupId: "greeter",
        topics: [{ topic: "names", type: types.string, targets: [greeter, "people/person"] }],
        startupPosition: {
          type: "specific-offsets",
          offsets: [{ topic: "names", partition: 3, offset: 2n ** 60n }],
        },
        properties: { "client.id": "yes", "fetch.min.bytes": "010" },
      },
    },
    { playground: { port: 8090 } },
  ],
  egresses: [
    {
      kafka: {
        id: Greetings,
        address: "kafka:9092",
        deliverySemantic: { exactlyOnceWithin: { minutes: 15 } },
      },
    },
    { playground: { port: 8091, topics: ["greetings", "no"] } },
  ],
};

describe("a module that is written from code", () => {
  test("is read again as the module that was described", () => {
    const text = writeModule(options);

    expect(readModule(text, { standalone: true })).toEqual(describedModule(options));
  });

  test("has an endpoint for each namespace, or for each function", () => {
    const byNamespace = readModule(writeModule(options));
    const byFunction = readModule(writeModule({ ...options, endpointPer: "function" }));

    expect(byNamespace.endpoints.map(({ functions }) => functions)).toEqual([
      { namespace: "example", name: undefined },
      { namespace: "people", name: undefined },
    ]);
    expect(byFunction.endpoints.map(({ functions }) => functions)).toEqual([
      { namespace: "example", name: "greeter" },
      { namespace: "people", name: "person" },
    ]);
  });

  test("has a comment on each document", () => {
    const documents = writeModule(options).split("---\n");

    expect(documents.length).toBe(6);
    expect(documents.filter((document) => !/^# .+\.\nkind: /.test(document))).toEqual([]);
  });

  test("is refused if the same module by hand would be", () => {
    const twice = { ...options, ingresses: [{ playground: { port: 1 } }, { playground: { port: 2 } }] };

    expect(() => writeModule(twice)).toThrow(/a module has at most one playground ingress/);
    expect(() => writeModule({ ...options, functions: [] })).toThrow(/needs a function/);
    expect(() => writeModule({ ...options, egresses: [{ kafka: { id: "out", address: "h:1" } }] })).toThrow(
      /the id of an egress is <namespace>\/<name>.*"out" is none/,
    );
  });
});

/** How many random modules are written and read. */
const rounds = 300;

/** The same modules in each run. */
const seed = 2512;

/** Texts that YAML might take for something else. */
const texts = [
  ..."yes no on OFF true null ~ 010 0x10 1_000 1e3 1.5 .5 -1 1:30 2020-01-01 = << * & ! % @ ` | > - ? :".split(
    " ",
  ),
  "a: b",
  "a #b",
  " blank ",
  "two\nlines",
  'quo"te',
  "it's",
  "{a}",
  "[a]",
  "€ – ü",
  "${",
  "#",
  "---",
];

describe(`any module (seed ${String(seed)})`, () => {
  const random = new Random(seed);
  const text = (): string => texts[random.below(texts.length)] ?? "";
  const some = <T>(most: number, item: (index: number) => T): readonly T[] =>
    Array.from({ length: random.below(most + 1) }, (_, index) => item(index));
  // Ids and targets have two parts on one line; what else is in them is free.
  const name = (): string => `${text().replaceAll(/[/\n]/g, "")}x`;

  function topic(index: number): TopicRoute {
    return {
      topic: `${text()}${String(index)}`,
      valueType: text(),
      targets: some(3, () => ({ namespace: name(), name: name().replaceAll("*", "") })),
    };
  }

  function randomModule(): Module {
    const starts = [
      { type: "earliest" },
      { type: "latest" },
      { type: "group-offsets" },
      { type: "date", epochMillis: random.below(2 ** 40) },
      {
        type: "specific-offsets",
        offsets: [{ topic: name(), partition: random.below(9), offset: BigInt(random.below(2 ** 50)) }],
      },
    ] as const;
    return {
      endpoints: some(3, (index) => ({
        functions: { namespace: `${name()}${String(index)}`.replaceAll("*", ""), name: undefined },
        urlPathTemplate: `http://host/${String(random.below(100))}`,
        maxNumBatchRequests: random.below(2000),
        transport: { type: "async" as const, properties: { call: `${String(random.below(100))}s` } },
      })),
      ingresses: some(3, (index) => ({
        kind: "kafka" as const,
        id: `${name()}/${String(index)}`,
        address: "kafka:9092",
        consumerGroupId: text(),
        topics: [topic(9), ...some(3, topic)],
        autoOffsetReset: random.below(2) === 0 ? ("earliest" as const) : ("latest" as const),
        startupPosition: starts[random.below(starts.length)] ?? starts[0],
        properties: { "client.id": text() },
      })),
      egresses: some(3, (index) => ({
        kind: "kafka" as const,
        id: `${name()}/${String(index)}`,
        address: "kafka:9092",
        deliverySemantic:
          random.below(2) === 0
            ? { type: "none" as const }
            : { type: "exactly-once" as const, transactionTimeoutMillis: 1 + random.below(2 ** 31) },
        properties: { "ssl.key.password": text(), "security.protocol": "SSL" },
      })),
      warnings: [],
    };
  }

  test("is read again as it was written", () => {
    for (let round = 0; round < rounds; round += 1) {
      const module = randomModule();
      const written = moduleText(module);

      const read = readModule(written);

      expect({ ...read, warnings: [] }).toEqual(module);
    }
  });
});

test("every recorded module that starts is read again as it was written", () => {
  const file = path.join(__dirname, "../../vectors/module-yaml.json");
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly cases: readonly { readonly module: string | null; readonly starts: boolean }[];
  };
  const modules = cases
    .filter(({ starts }) => starts)
    .map(({ module }) => readModule((module ?? "").replaceAll("${KAFKA}", "kafka:9092")));

  const again = modules.map((module) => ({ ...readModule(moduleText(module)), warnings: module.warnings }));

  expect(again).toEqual(modules);
});
