import { describe, expect, test } from "@jest/globals";
import { ModuleError } from "../../../dev/module/module-problem.js";
import { readModule, readModuleWithWarnings } from "../../../dev/module/read-module.js";
import type { ReadModuleOptions } from "../../../dev/module/read-module.js";

const endpoint = `kind: io.statefun.endpoints.v2/http
spec:
  functions: example/*
  urlPathTemplate: http://127.0.0.1:8000/statefun
`;

const ingress = `kind: io.statefun.kafka.v1/ingress
spec:
  id: example/in
  address: kafka:9092
  consumerGroupId: group
  topics:
    - topic: names
      valueType: example/Hello
      targets: [example/person]
`;

const egress = `kind: io.statefun.kafka.v1/egress
spec:
  id: example/out
  address: kafka:9092
`;

const legacy = `version: "3.0"
module:
  meta:
    type: remote
  spec:
    endpoints:
      - endpoint:
          meta:
            kind: http
          spec:
            functions: example/*
            urlPathTemplate: http://127.0.0.1:8000/statefun
            timeouts: { call: 2min }
    ingresses:
      - ingress:
          meta:
            type: io.statefun.kafka/ingress
            id: example/in
          spec:
            address: kafka:9092
            consumerGroupId: group
            topics:
              - topic: names
                valueType: example/Hello
                targets: [example/person]
    egresses:
      - egress:
          meta:
            type: io.statefun.kafka/egress
            id: example/out
          spec:
            address: kafka:9092
            deliverySemantic: { type: exactly-once, transactionTimeout: 2min }
`;

function stream(...documents: readonly string[]): string {
  return documents.join("---\n");
}

function problemsOf(text: string, options?: ReadModuleOptions): ModuleError["problems"] {
  try {
    readModule(text, options);
  } catch (error) {
    if (error instanceof ModuleError) return error.problems;
    throw error;
  }
  throw new Error("the module was accepted");
}

describe("D45 a stream of documents", () => {
  test("D45 loads in any order, with null documents, comments, anchors and unknown fields", () => {
    const text = `# comment\n${stream(ingress, "\n", endpoint.replace("spec:", "spec:\n  surplus: 1"), egress, "")}`;

    const { endpoints, ingresses, egresses, warnings } = readModule(text, { standalone: true });

    expect(endpoints).toEqual([
      {
        functions: { namespace: "example", name: undefined },
        urlPathTemplate: "http://127.0.0.1:8000/statefun",
        maxNumBatchRequests: 1000,
        transport: { type: "async", properties: {} },
      },
    ]);
    expect(ingresses).toEqual([
      {
        kind: "kafka",
        id: "example/in",
        address: "kafka:9092",
        consumerGroupId: "group",
        topics: [
          {
            topic: "names",
            valueType: "example/Hello",
            targets: [{ namespace: "example", name: "person" }],
          },
        ],
        autoOffsetReset: "latest",
        startupPosition: { type: "latest" },
        properties: {},
      },
    ]);
    expect(egresses.map(({ id }) => id)).toEqual(["example/out"]);
    expect(warnings).toEqual([
      "module.yaml:16:3: document 3 (io.statefun.endpoints.v2/http example/*), spec.surplus: there is no such field, and it has no effect.",
    ]);
  });

  test("D45 an unknown field is a warning that names the one that was meant", () => {
    const { warnings } = readModule(`${endpoint}  transports: { call: 5s }\n`);

    expect(warnings).toEqual([expect.stringContaining("spec.transports: there is no such field")]);
    expect(warnings[0]).toContain("Did you mean transport?");
  });

  test("D45 an alias is followed, and said not to be by a cluster", () => {
    const text = ingress
      .replace("[example/person]", "*who")
      .replace("  topics:", "  x: &who [example/person]\n  topics:");

    const { ingresses, warnings } = readModule(text);

    expect(ingresses).toMatchObject([{ topics: [{ targets: [{ namespace: "example", name: "person" }] }] }]);
    expect(warnings.join()).toContain('a cluster reads the alias *who as the text "who"');
  });

  test("D45 values are those of YAML 1.1, as a cluster reads them", () => {
    const text = `${ingress}  properties:
    - client.id: yes
    - fetch.min.bytes: 010
    - fetch.max.bytes: 1_000
    - group.id: 1e3
    - isolation.level: read_committed
      fetch.max.wait.ms: 7
`;

    const { ingresses } = readModule(text);

    expect(ingresses).toMatchObject([
      {
        properties: {
          "client.id": "true",
          "fetch.min.bytes": "8",
          "fetch.max.bytes": "1000",
          "group.id": "1000.0",
          "isolation.level": "read_committed",
        },
      },
    ]);
  });
});

describe("D46 each row of what is refused at start", () => {
  const second = (text: string): string => stream(endpoint, text);
  const rows: readonly (readonly [string, string, string, RegExp])[] = [
    ["not YAML", second("a: [\n"), "", /not YAML/],
    ["a document that is no map", second("just text\n"), "", /found "just text"; a document is a map/],
    ["no kind", second("spec: {}\n"), "kind", /found nothing; a kind is <namespace>\/<name>/],
    ["no spec", second("kind: io.statefun.kafka.v1/ingress\n"), "spec", /found nothing/],
    ["a kind of one part", second("kind: nothing\nspec: {}\n"), "kind", /found "nothing"/],
    [
      "a kind that is none",
      second("kind: no.such/kind\nspec: {}\n"),
      "kind",
      /no component of the kind no\.such\/kind/,
    ],
    [
      "a transport that is none",
      second(`${endpoint.replace("example/*", "b/*")}  transport: { type: a/b }\n`),
      "spec.transport.type",
      /found "a\/b"; there are the transports/,
    ],
    [
      "an ingress id twice",
      stream(ingress, ingress),
      "spec.id",
      /document 1 has an ingress with the id example\/in already/,
    ],
    [
      "an egress id twice",
      stream(egress, egress),
      "spec.id",
      /document 1 has an egress with the id example\/out already/,
    ],
    [
      "a target of an endpoint twice",
      stream(endpoint, endpoint),
      "spec.functions",
      /document 1 has an endpoint for example\/\*/,
    ],
    [
      "a bad pattern",
      second(endpoint.replace("example/*", "example/a*")),
      "spec.functions",
      /<namespace>\/\*/,
    ],
    [
      "an endpoint without functions",
      second(endpoint.replace("functions", "f")),
      "spec.functions",
      /found nothing/,
    ],
    [
      "an endpoint without URL",
      second(endpoint.replace("urlPathTemplate", "u").replace("example", "b")),
      "spec.urlPathTemplate",
      /found nothing; it must be given: a URL/,
    ],
    [
      "an ingress without id",
      second(ingress.replace("id:", "x:")),
      "spec.id",
      /found nothing; it must be given: an id/,
    ],
    [
      "a word that is not one of the allowed",
      second(`${ingress}  startupPosition: { type: LATEST }\n`),
      "spec.startupPosition.type",
      /found "LATEST"; allowed: group-offsets, earliest, latest, specific-offsets, date/,
    ],
    [
      "a bad date",
      second(`${ingress}  startupPosition: { type: date, date: 2020-02-01 04:15:00.00 Z }\n`),
      "spec.startupPosition.date",
      /found "2020-02-01 04:15:00\.00 Z"; the date must be yyyy-MM-dd/,
    ],
    [
      "bad offsets",
      second(`${ingress}  startupPosition: { type: specific-offsets, offsets: [{ names: 1 }] }\n`),
      "spec.startupPosition.offsets[0].names",
      /found "names"; it must be <topic>\/<partition>/,
    ],
    ["Kafka without address", second(ingress.replace("address", "a")), "spec.address", /bootstrap\.servers/],
    [
      "Kafka without group",
      second(ingress.replace("consumerGroupId", "c")),
      "spec.consumerGroupId",
      /group\.id/,
    ],
    [
      "Kafka without topics",
      second(ingress.replace("topics:", "t:")),
      "spec.topics",
      /found nothing; topics is a list/,
    ],
    [
      "Kafka with no topic",
      second(ingress.replace(/topics:[^]*/, "topics: []\n")),
      "spec.topics",
      /found a list of 0/,
    ],
    [
      "no targets",
      second(ingress.replace("targets", "t")),
      "spec.topics[0].targets",
      /found nothing; it must be given/,
    ],
    ["no valueType", second(ingress.replace("valueType", "v")), "spec.topics[0].valueType", /found nothing/],
    [
      "properties as one map",
      second(`${egress}  properties: { acks: all }\n`),
      "spec.properties",
      /found a map; it must be a list of maps/,
    ],
    [
      "Kinesis without streams",
      second("kind: io.statefun.kinesis.v1/ingress\nspec: { id: a/in }\n"),
      "spec.streams",
      /found nothing/,
    ],
    [
      "a Kinesis endpoint that is not https",
      second(
        "kind: io.statefun.kinesis.v1/egress\nspec: { id: a/out, awsRegion: { type: custom-endpoint, endpoint: http://h, id: x } }\n",
      ),
      "spec.awsRegion.endpoint",
      /found "http:\/\/h"; the endpoint must be an https URL/,
    ],
    [
      "Kinesis without outstanding records",
      second("kind: io.statefun.kinesis.v1/egress\nspec: { id: a/out, maxOutstandingRecords: 0 }\n"),
      "spec.maxOutstandingRecords",
      /found 0; it must be larger than 0/,
    ],
  ];

  test.each(rows)(
    "D46 %s is an error that names document, field, what was found and what is allowed",
    (_, text, field, sentence) => {
      const problems = problemsOf(text);

      expect(problems).toMatchObject([
        { document: 2, field, severity: "invalid", message: expect.stringMatching(sentence) },
      ]);
      expect(problems[0]?.line).toBeGreaterThan(1);
    },
  );

  test("D46 no ingress and no endpoint are errors of an application, and of no other module", () => {
    const messages = problemsOf("", { standalone: true }).map(({ message }) => message);

    expect(messages).toEqual([
      "there is no ingress, and a cluster starts no application without one.",
      "there is no endpoint, and a cluster starts no application without one.",
    ]);
    expect(readModule("")).toEqual({ endpoints: [], ingresses: [], egresses: [], warnings: [] });
  });

  test("D46 all problems of a file are reported together, in its order", () => {
    const text = stream(
      endpoint.replace("example/*", "one"),
      ingress.replace("example/in", "two"),
      egress.replace("address", "a"),
    );

    const error = (): unknown => readModule(text, { file: "shop/module.yaml" });

    expect(error).toThrow(
      /3 problems:\n.*shop\/module\.yaml:3:3: document 1.*\n.*shop\/module\.yaml:8:3: document 2.*\n.*shop\/module\.yaml:17:1: document 3/,
    );
  });

  test("D46 what a cluster notices with the first message is a warning", () => {
    const text = endpoint.replace("http://127.0.0.1:8000/statefun", "/relative");

    const { warnings } = readModuleWithWarnings(`${text}  transport: { call: 1.5s }\n`);

    expect(warnings.map(({ field }) => field)).toEqual(["spec.urlPathTemplate", "spec.transport.call"]);
    expect(warnings.every(({ message }) => message.includes("fails with the first message"))).toBe(true);
  });
});

describe("D48 the format 3.0", () => {
  test("D48 a module of the format 3.0 loads", () => {
    const { endpoints, ingresses, egresses, warnings } = readModule(legacy, { standalone: true });

    expect(endpoints).toMatchObject([
      { transport: { type: "okhttp", properties: { timeouts: { call: "2min" } } } },
    ]);
    expect(ingresses).toMatchObject([{ kind: "kafka", id: "example/in", address: "kafka:9092" }]);
    expect(egresses).toMatchObject([
      { id: "example/out", deliverySemantic: { type: "exactly-once", transactionTimeoutMillis: 120_000 } },
    ]);
    expect(warnings).toEqual([]);
  });

  test.each([
    ["2.0", legacy.replace("3.0", "2.0"), /found "2\.0"; the one version that can be read is "3\.0"/],
    ["3.1", legacy.replace("3.0", "3.1"), /found "3\.1"/],
    ["a number", legacy.replace('"3.0"', "3.0"), /found 3\.0; .*in quotes/],
    ["a document behind it", `${legacy}---\n`, /must be the only document/],
    ["another type", legacy.replace("remote", "embedded"), /found "embedded"; allowed: remote/],
    ["no id", legacy.replace("            id: example/in\n", ""), /ingress\.meta\.id: found nothing/],
  ])("D48 %s is one clear refusal", (_, text, sentence) => {
    expect(problemsOf(text).length).toBe(1);
    expect(() => readModule(text)).toThrow(sentence);
  });
});

describe("placeholders", () => {
  const text =
    endpoint.replace("http://127.0.0.1:8000", "${URL:-http://h:1}") + "  maxNumBatchRequests: ${MOST}\n";

  test("stay as they are without variables, and a warning says that a cluster has none", () => {
    const { endpoints, warnings } = readModule(endpoint.replace("8000", "${PORT}"));

    expect(endpoints[0]?.urlPathTemplate).toBe("http://127.0.0.1:${PORT}/statefun");
    expect(warnings.join("\n")).toContain("${PORT} stays as it is: a cluster replaces no variables");
  });

  test("are replaced with variables, also where a number is wanted, and have defaults", () => {
    const { endpoints, warnings } = readModule(text, { env: { MOST: "7" } });

    expect(endpoints).toMatchObject([{ urlPathTemplate: "http://h:1/statefun", maxNumBatchRequests: 7 }]);
    expect(warnings).toEqual([]);
  });

  test("of a variable that is not set are an error that names it", () => {
    const problems = problemsOf(text, { env: { MOSTS: "7" } });

    const about = problems.map(({ line, message }) => `${String(line)}: ${message}`).join("\n");
    expect(about).toContain("5: the variable MOST is not set");
    expect(about).toContain("Did you mean MOSTS?");
  });
});
