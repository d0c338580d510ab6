import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { expectFailure } from "../server-adapters/expectations.js";
import { exchange, RawClient, type RawResponse } from "../server-adapters/raw-client.js";
import { batchFor } from "../server-adapters/requests.js";
import { startLambda, type RunningLambda } from "./start-lambda.js";

const entry = path.join(__dirname, "programs/lambda-large-answers.ts");
const megabyte = 1024 * 1024;

async function ask(port: number, bytes: number): Promise<RawResponse> {
  const client = await RawClient.connect({ port });
  const response = await exchange(client, batchFor("ns/large", [String(bytes)]));
  await client.hangUp();
  return response;
}

/** Starts the function, uses it, and ends it whatever happened. */
async function onLambda<T>(use: (lambda: RunningLambda) => Promise<T>): Promise<T> {
  const lambda = await startLambda({ entry });
  try {
    return await use(lambda);
  } finally {
    await lambda.close();
  }
}

describe("in the AWS Lambda runtime client", () => {
  test("an answer of 4 MB is carried", async () => {
    const response = await onLambda(({ port }) => ask(port, 4 * megabyte));

    expect(response.status).toBe(200);
    expect(response.body.length).toBeGreaterThan(4 * megabyte);
  });

  test("one of 5 MB, which Lambda would drop in silence, is a failure that is reported; the next is served", async () => {
    const { response, next, output } = await onLambda(async (lambda) => ({
      response: await ask(lambda.port, 5 * megabyte),
      next: await ask(lambda.port, 1),
      output: lambda.output,
    }));

    expectFailure(response, "invalid-argument");
    expect(next.status).toBe(200);
    expect(output.filter((line) => line.includes("report [invalid-argument]"))).toHaveLength(1);
  });

  test("batches that arrive together are all answered, one after the other", async () => {
    const responses = await onLambda(({ port }) =>
      Promise.all(Array.from({ length: 20 }, (_, index) => ask(port, index * 1000))),
    );

    expect(responses.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
    expect(responses.map(({ body }) => Math.floor(body.length / 1000))).toEqual([...Array(20).keys()]);
  });
});

describe("a module that cannot be a Lambda function", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "statefun-no-lambda-"));

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ["throws when it is loaded", 'throw new Error("no database");', "no database"],
    ["exports no handler", "export const other = 1;", "handler is undefined or not exported"],
  ])("is said to be one: it %s", async (what, text, why) => {
    const broken = path.join(folder, `${what.replaceAll(" ", "-")}.ts`);
    writeFileSync(broken, text);

    const start = startLambda({ entry: broken });

    await expect(start).rejects.toThrow(why);
  });
});
