import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { decode, decodeKafkaRecord, effects, incomplete } from "../support/decode.js";
import type { DecodedAnswer } from "../support/decode.js";
import { fromHex } from "../support/hex.js";
import { toFunction } from "../support/to-function.js";
import type { GivenBatch } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { startExample } from "./example-process.js";
import type { ExampleProcess } from "./example-process.js";

/** A process of its own compiles the example first, on a machine that may be doing much else. */
const startLimitMillis = 120_000;

let greeter: ExampleProcess;

beforeAll(async () => {
  greeter = await startExample("examples/greeter/server.ts");
}, startLimitMillis);

afterAll(async () => {
  await greeter.stop();
});

function post(body: Uint8Array): Promise<Response> {
  return fetch(greeter.url, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: Buffer.from(body),
  });
}

async function answerTo(batch: GivenBatch): Promise<DecodedAnswer> {
  const response = await post(toFunction(batch));
  expect(response.status).toBe(200);
  return decode(new Uint8Array(await response.arrayBuffer()));
}

const person = (id: string) => ({ namespace: "example", type: "person", id });
const hello = (name: string) => wireValue.text("example/Hello", JSON.stringify({ name }));
const visits = (n: number | undefined) => ({ visits: n === undefined ? undefined : wireValue.int(n) });

describe("the greeter, served as its readers serve it", () => {
  test("asks for its state first", async () => {
    const answer = await answerTo({ target: person("Ada"), invocations: [hello("Ada")] });

    expect(answer).toEqual(incomplete({ name: "visits", typename: "io.statefun.types/int" }));
  });

  test.each([
    [undefined, 1, "Welcome, Ada!"],
    [1, 2, "Welcome back, Ada! This is visit 2."],
    [41, 42, "Welcome back, Ada! This is visit 42."],
  ])("counts a visit after %p, and greets by way of both functions", async (before, after, greeting) => {
    const counted = await answerTo({
      target: person("Ada"),
      states: visits(before),
      invocations: [hello("Ada")],
    });
    const [message] = counted.messages;
    if (message?.to === undefined || message.argument === undefined) throw new Error("no message was sent");
    const greeted = await answerTo({
      target: message.to,
      invocations: [{ argument: message.argument, caller: person("Ada") }],
    });

    expect(counted).toEqual(
      effects({
        messages: [
          {
            to: { namespace: "example", type: "greeter", id: "Ada" },
            argument: wireValue.text("example/Greet", JSON.stringify({ name: "Ada", visits: after })),
          },
        ],
        mutations: [{ type: "MODIFY", name: "visits", value: wireValue.int(after) }],
      }),
    );
    expect(greeted.egresses.map(({ namespace, type }) => `${namespace}/${type}`)).toEqual([
      "example/greetings",
    ]);
    expect(decodeKafkaRecord(fromHex(greeted.egresses[0]?.argument?.hex ?? ""))).toEqual({
      topic: "greetings",
      key: "Ada",
      hex: Buffer.from(greeting).toString("hex"),
      headers: [],
    });
  });

  test("answers many at the same time, each its own", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `person ${String(index)}`);

    const answers = await Promise.all(
      names.map((name, index) =>
        answerTo({ target: person(name), states: visits(index), invocations: [hello(name), hello(name)] }),
      ),
    );

    expect(answers.map(({ mutations }) => mutations[0]?.value)).toEqual(
      names.map((_, index) => wireValue.int(index + 2)),
    );
    expect(answers.map(({ messages }) => messages[1]?.to?.id)).toEqual(names);
  });

  test("tells the caller in a sentence what was wrong and its operator the rest, and goes on", async () => {
    const nameless = wireValue.text("example/Hello", '{"nom":"Ada"}');

    const response = await post(
      toFunction({ target: person("Ada"), states: visits(1), invocations: [nameless] }),
    );
    const next = await answerTo({ target: person("Ada"), states: visits(1), invocations: [hello("Ada")] });
    await greeter.said("/name");

    expect(response.status).toBe(500);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toBe("A value of this batch does not fit its type.\n");
    expect(greeter.errors()).toContain('StateFunError: [serialization] a message for example/person "Ada"');
    expect(next.mutations).toHaveLength(1);
  });

  test.each([
    ["another function", toFunction({ target: { ...person("Ada"), type: "nobody" }, invocations: [] }), 503],
    ["what is no batch", new TextEncoder().encode("hello"), 400],
  ])("refuses %s", async (_, body, status) => {
    const response = await post(body);

    expect(response.status).toBe(status);
  });

  test("refuses what is no POST", async () => {
    const response = await fetch(greeter.url);

    expect(response.status).toBe(405);
  });
});
