import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { io } from "statefun/proto";
import { fencesOf } from "../../scripts/checks/fences.js";
import { root, startProgram, type Program, type ProgramFile } from "./program.js";

const { FromFunction, ToFunction } = io.statefun.sdk.reqreply;
const { KafkaProducerRecord } = io.statefun.sdk.egress;

type InvocationBatch = io.statefun.sdk.reqreply.ToFunction.InvocationBatchRequest.$Properties;

/** A process of its own compiles the program first, on a machine that may be doing much else. */
const startLimitMillis = 120_000;

const readme = read("README.md");

/** The files of the README's first program, in the order in which it shows them. */
const program = fencesOf({ path: "README.md", text: readme })
  .slice(0, 3)
  .map(({ name = "a fence without a name", code }) => ({ name, text: code }));

describe("the README's first program, served", () => {
  let running: Program | undefined;

  beforeAll(async () => {
    running = await startProgram(program);
  }, startLimitMillis);

  afterAll(async () => {
    await running?.stop();
  });

  const post = (batch: InvocationBatch): Promise<Response> =>
    fetch(running?.url ?? "", {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: Buffer.from(ToFunction.encode({ invocation: batch }).finish()),
    });

  test("it asks for the state that it declares", async () => {
    const response = await post(hello("Ada", []));

    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "application/octet-stream",
    ]);
    expect((await decoded(response)).incompleteInvocationContext?.missingValues).toEqual([
      expect.objectContaining({ stateName: "visits", typeTypename: "io.statefun.types/int" }),
    ]);
  });

  test("it greets who says hello, by way of both functions, and counts the visit", async () => {
    const { invocationResult: counted } = await decoded(await post(hello("Ada", [{ stateName: "visits" }])));
    const [mutation] = counted?.stateMutations ?? [];
    const [message] = counted?.outgoingMessages ?? [];
    const { invocationResult: greeted } = await decoded(
      await post({ target: message?.target ?? null, invocations: [{ argument: message?.argument ?? null }] }),
    );
    const [egressMessage] = greeted?.outgoingEgresses ?? [];
    const record = KafkaProducerRecord.decode(egressMessage?.argument?.value ?? new Uint8Array(0));

    expect(mutation).toMatchObject({ stateName: "visits", mutationType: 1 }); // MODIFY
    expect(Buffer.from(mutation?.stateValue?.value ?? []).toString("hex")).toBe("0d01000000");
    expect(message?.target).toMatchObject({ namespace: "example", type: "greeter", id: "Ada" });
    expect(egressMessage).toMatchObject({ egressNamespace: "example", egressType: "greetings" });
    expect(record).toMatchObject({ topic: "greetings", key: "Ada" });
    expect(Buffer.from(record.valueBytes).toString()).toBe("Welcome, Ada!");
  });
});

describe("the README shows what the repository runs", () => {
  test("its first program is examples/greeter", () => {
    const example = ["contract.ts", "greeter.ts", "server.ts"].map((name): ProgramFile => ({
      name,
      text: `// ${name}\n${read(`examples/greeter/${name}`).trimEnd()}`,
    }));

    expect(program).toEqual(example);
  });

  test("its test is one of the example's", () => {
    const [, body = "no test"] = /\n(test\([\s\S]*)$/.exec(fenceNamed("greeter.test.ts")) ?? [];

    expect(read("examples/greeter/greeter.test.ts")).toContain(body);
  });

  test("its module is the example's", () => {
    const [, module] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];

    expect(module).toBe(read("examples/greeter/module.yaml"));
  });

  test("the scripts that it names exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name = ""]) => name);

    expect(named).not.toHaveLength(0);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test", ...named]));
  });
});

/** A batch of one: `name` says hello. */
function hello(name: string, state: NonNullable<InvocationBatch["state"]>): InvocationBatch {
  const value = Buffer.from(JSON.stringify({ name }));
  return {
    target: { namespace: "example", type: "person", id: name },
    state,
    invocations: [{ argument: { typename: "example/Hello", hasValue: true, value } }],
  };
}

async function decoded(response: Response): Promise<io.statefun.sdk.reqreply.FromFunction> {
  return FromFunction.decode(new Uint8Array(await response.arrayBuffer()));
}

function fenceNamed(wanted: string): string {
  const fence = fencesOf({ path: "README.md", text: readme }).find(({ name }) => name === wanted);
  if (fence === undefined) throw new Error(`README.md has no fence named ${wanted}`);
  return fence.code;
}

function read(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}
