import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { loadModule } from "../../../dev/module/load-module.js";
import { ModuleError } from "../../../dev/module/module-problem.js";
import { readModule } from "../../../dev/module/read-module.js";

interface Case {
  readonly name: string;
  /** `null`: there is no file. */
  readonly module: string | null;
  readonly starts: boolean;
  /** The state of the job soon after the start. */
  readonly afterStart?: string;
}

const recorded = JSON.parse(readFileSync(path.join(__dirname, "../../vectors/module-yaml.json"), "utf8")) as {
  readonly cases: readonly Case[];
};

/** Cases that start and then fail, each for the reason that only the broker knows. */
const failingLater = ["1day", "1h", "20min"].map((limit) => `exactly-once transactionTimeout ${limit}`);

async function judged({ module }: Case): Promise<void> {
  if (module === null) await loadModule("/no/such/module.yaml", { standalone: true });
  else {
    const text = module
      .replaceAll("${KAFKA}", "127.0.0.1:9092")
      .replaceAll("${REFUSED}", "http://127.0.0.1:1");
    readModule(text, { standalone: true });
  }
}

describe("of the module texts that were given to a cluster", () => {
  test("there are 97, some of each kind", () => {
    expect(recorded.cases.length).toBe(97);
    expect(recorded.cases.filter(({ starts }) => starts).length).toBe(42);
  });

  for (const one of recorded.cases) {
    test(`D46 "${one.name}" is ${one.starts ? "accepted" : "refused"} as recorded`, async () => {
      const judgement = judged(one);

      if (one.starts) await expect(judgement).resolves.toBeUndefined();
      else await expect(judgement).rejects.toMatchObject({ code: "invalid-module" });
    });
  }

  test("those that start and then fail do so for a limit that only the broker knows", () => {
    const failed = recorded.cases.filter(({ afterStart }) => afterStart === "FAILED");

    expect(failed.map(({ name }) => name).sort()).toEqual([...failingLater].sort());
  });
});

const endpoint =
  "kind: io.statefun.endpoints.v2/http\nspec: { functions: a/*, urlPathTemplate: http://h }\n---\n";
const kafka = "id: a/in, address: h:1, consumerGroupId: g";
const ingress = (more: string): string => `kind: io.statefun.kafka.v1/ingress\nspec: { ${kafka}, ${more} }\n`;
const topics = "topics: [{ topic: t, valueType: v, targets: [a/b] }]";
const stream = "streams: [{ stream: s, valueType: v, targets: [a/b] }]";

/** What a cluster starts with and this runtime refuses: the module, and what the sentence must say. */
const beyondTheRecord: readonly (readonly [string, string, RegExp])[] = [
  [
    "a Kinesis ingress",
    `kind: io.statefun.kinesis.v1/ingress\nspec: { id: a/in, ${stream} }\n`,
    /has no Kinesis/,
  ],
  ["a Kinesis egress", "kind: io.statefun.kinesis.v1/egress\nspec: { id: a/out }\n", /has no Kinesis/],
  [
    "a property that is not in the table",
    ingress(`${topics}, properties: [{ interceptor.classes: x }]`),
    /property interceptor\.classes is not supported.*Java classes/,
  ],
  [
    "a mechanism of Kafka that is not ours",
    ingress(`${topics}, properties: [{ security.protocol: SASL_SSL }, { sasl.mechanism: GSSAPI }]`),
    /sasl\.mechanism is "GSSAPI"; allowed: PLAIN, SCRAM/,
  ],
  [
    "a Java key store",
    ingress(`${topics}, properties: [{ security.protocol: SSL }, { ssl.keystore.type: JKS }]`),
    /ssl\.keystore\.type is "JKS"; allowed: PEM/,
  ],
  [
    "targets that are no list",
    ingress("topics: [{ topic: t, valueType: v, targets: a/b }]"),
    /reads this as no target/,
  ],
  ["properties that are no list", ingress(`${topics}, properties: none`), /does not read this/],
  [
    "an offset that is no number",
    ingress(`${topics}, startupPosition: { type: specific-offsets, offsets: [{ t/0: first }] }`),
    /found "first"; an offset is a whole number/,
  ],
];

describe("what is refused although a cluster starts with it", () => {
  for (const [what, text, sentence] of beyondTheRecord) {
    test(`${what} is refused with a sentence`, () => {
      const error = errorOf(() => readModule(endpoint + text));

      expect(error).toMatchObject({ code: "unsupported", message: expect.stringMatching(sentence) });
    });

    test(`${what} is only a warning for who asks what a cluster does`, () => {
      const module = readModule(endpoint + text, { unsupported: "warn" });

      expect(module.warnings.join("\n")).toMatch(sentence);
    });
  }

  test("each sentence names the document", () => {
    const sentences = beyondTheRecord.map(([, text]) => errorOf(() => readModule(endpoint + text)).message);

    process.stdout.write(`Refused although a cluster starts with it:\n${sentences.join("\n")}\n`);
    expect(sentences.filter((sentence) => !sentence.includes("document 2"))).toEqual([]);
  });
});

function errorOf(run: () => unknown): ModuleError {
  try {
    run();
  } catch (error) {
    if (error instanceof ModuleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
