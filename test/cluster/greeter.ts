import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Cluster, Job } from "statefun-dev";
import { freePort, startFunctions } from "./function-process.js";
import type { FunctionProcess } from "./function-process.js";
import { KafkaRecords, withoutMarks } from "./kafka-records.js";
import type { TopicReader } from "./topic-reader.js";
import { until } from "./until.js";

const server = "examples/greeter/server.ts";
const people = 10;
const roundsEach = 10;

/** The greeter example on the real engine: what it answers, and that no failure loses or doubles an answer. */
export function greeter(cluster: () => Cluster): void {
  let port: number;
  let functions: FunctionProcess;
  let kafka: KafkaRecords;
  let greetings: TopicReader;
  let job: Job;

  const run = (options: { readonly fromSavepoint?: string } = {}): Promise<Job> => {
    return cluster().run(
      { path: "examples/greeter/module.yaml" },
      {
        ...options,
        parallelism: 2,
        map: { "kafka:9092": cluster().kafka, "functions:8000": `127.0.0.1:${String(port)}` },
      },
    );
  };

  /** Each of the people says hello so many times. */
  const visit = async (names: readonly string[], rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      await kafka.send(
        "names",
        names.map((name) => ({ key: name, value: JSON.stringify({ name }) })),
      );
    }
  };

  const greeted = (name: string): readonly string[] => {
    return greetings.records.filter(({ key }) => key === name).map(({ value }) => value);
  };

  const count = (names: readonly string[]): number => {
    return names.reduce((sum, name) => sum + greeted(name).length, 0);
  };

  /** Every greeting that was ever committed has been read after this. */
  const readToEnd = async (): Promise<void> => {
    await job.checkpointed();
    await until(
      "the greetings have been read to their end",
      cluster(),
      await kafka.markEnds("greetings", greetings),
    );
  };

  beforeAll(async () => {
    port = await freePort();
    functions = await startFunctions(server, port);
    kafka = new KafkaRecords(cluster().kafka);
    await cluster().createTopics(["names", "greetings"], { partitions: 2 });
    job = await run();
    await job.waitUntilRunning();
    greetings = await kafka.read("greetings");
  });

  afterAll(async () => {
    // What a failed beforeAll did not get to is undefined; the rest must end all the same, or the run never does.
    await (functions as FunctionProcess | undefined)?.kill();
    await (job as Job | undefined)?.cancel();
    await (kafka as KafkaRecords | undefined)?.close();
  });

  test("names written to Kafka come back as greetings, counted per person", async () => {
    await visit(["Bob", "Eve", "Bob"], 1);
    await until("three greetings are there", cluster(), () => count(["Bob", "Eve"]) >= 3);
    await readToEnd();

    expect(greeted("Bob")).toEqual(["Welcome, Bob!", "Welcome back, Bob! This is visit 2."]);
    expect(greeted("Eve")).toEqual(["Welcome, Eve!"]);
    expect(withoutMarks(greetings.records)).toHaveLength(3);
  });

  test("a function process killed while records flow, and started again, loses and doubles nothing", async () => {
    const names = group("crash");

    await visit(names, roundsEach);
    await until("the first greetings are there", cluster(), () => count(names) > 0);
    const flowing = visit(names, roundsEach);
    await functions.kill();
    await flowing;
    await visit(names, roundsEach); // nobody serves these yet
    functions = await startFunctions(server, port);
    await visit(names, roundsEach);
    await until("everyone has been greeted", cluster(), () => count(names) >= 4 * roundsEach * people);
    await readToEnd();

    expect(names.map(greeted)).toEqual(names.map((name) => expected(name, 4 * roundsEach)));
  });

  test("a worker killed while records flow, and replaced, loses and doubles nothing", async () => {
    const names = group("worker");

    await visit(names, roundsEach);
    await until("the first greetings are there", cluster(), () => count(names) > 0);
    const flowing = visit(names, roundsEach);
    await cluster().killWorker();
    await flowing;
    await cluster().startWorker();
    await visit(names, roundsEach);
    await until("everyone has been greeted", cluster(), () => count(names) >= 3 * roundsEach * people);
    await readToEnd();

    expect(names.map(greeted)).toEqual(names.map((name) => expected(name, 3 * roundsEach)));
    await until("Flink counts the restart", cluster(), async () => (await job.restarts()) > 0);
  });

  test("a job started from a savepoint goes on where the one before ended", async () => {
    const names = group("savepoint");
    await visit(names, roundsEach);
    await until("the first greetings are there", cluster(), () => count(names) > 0);

    const fromSavepoint = await job.savepoint({ cancel: true });
    await visit(names, roundsEach); // nobody reads these yet
    job = await run({ fromSavepoint });
    await until("everyone has been greeted", cluster(), () => count(names) >= 2 * roundsEach * people);
    await readToEnd();

    expect(names.map(greeted)).toEqual(names.map((name) => expected(name, 2 * roundsEach)));
  });

  test("a second module is refused while one runs, with the reason", async () => {
    await expect(run()).rejects.toMatchObject({
      code: "job-active",
      message: expect.stringContaining(job.id),
    });
  });
}

function group(prefix: string): readonly string[] {
  return Array.from({ length: people }, (_, index) => `${prefix}-${String(index)}`);
}

function expected(name: string, visits: number): readonly string[] {
  return Array.from({ length: visits }, (_, index) => {
    return index === 0 ? `Welcome, ${name}!` : `Welcome back, ${name}! This is visit ${String(index + 1)}.`;
  });
}
