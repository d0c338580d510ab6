import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Cluster, Job } from "statefun-dev";
import type { LogEntry } from "statefun/node";
import { freePort, startFunctions } from "./function-process.js";
import type { FunctionProcess } from "./function-process.js";
import { KafkaRecords } from "./kafka-records.js";
import type { TopicReader } from "./topic-reader.js";
import { until } from "./until.js";

const server = "test/cluster/workers-server.ts";
const workerCount = 2;

/** Twice as many as there are workers, the oldest first: what is greeted in the end, replacements of replacements greet. */
const kills = 2 * workerCount;

const people = 20;

/** More names than this are never on their way, so that some always are, and the run ends soon after the last. */
const mostAhead = 600;

/** The workers of one function process on the real engine: what becomes of the job when they die under load. */
export function workers(cluster: () => Cluster): void {
  let port: number;
  let functions: FunctionProcess;
  let kafka: KafkaRecords;
  let greetings: TopicReader;
  let job: Job;

  const greeted = (name: string): readonly string[] => {
    return greetings.records.filter(({ key }) => key === name).map(({ value }) => value);
  };

  const count = (names: readonly string[]): number => {
    const wanted = new Set(names);
    return greetings.records.filter(({ key }) => wanted.has(key)).length;
  };

  /** Everyone says hello again and again until told to stop. Resolves with how often everyone did. */
  const startFlow = (names: readonly string[]): { stop(): Promise<number> } => {
    let isFlowing = true;
    const records = names.map((name) => ({ key: name, value: JSON.stringify({ name }) }));
    const flow = async (): Promise<number> => {
      let rounds = 0;
      while (isFlowing) {
        await kafka.send("names", records);
        rounds += 1;
        const sent = rounds * names.length;
        await until("greetings keep up", cluster(), () => !isFlowing || sent - count(names) <= mostAhead);
      }
      return rounds;
    };
    const flowing = flow();
    flowing.catch(() => undefined); // whoever stops it is told
    return {
      stop: () => {
        isFlowing = false;
        return flowing;
      },
    };
  };

  /** Resolves when someone has been greeted who had not been when this was called. */
  const untilMore = async (names: readonly string[]): Promise<void> => {
    const before = count(names);
    await until("more greetings are there", cluster(), () => count(names) > before);
  };

  const expectEveryone = async (names: readonly string[], rounds: number): Promise<void> => {
    await until("everyone has been greeted", cluster(), () => count(names) >= rounds * names.length);
    await job.checkpointed();
    await until("the greetings have been read", cluster(), await kafka.markEnds("greetings", greetings));
    expect(names.map(greeted)).toEqual(names.map((name) => expected(name, rounds)));
  };

  beforeAll(async () => {
    port = await freePort();
    functions = await startFunctions(server, port);
    kafka = new KafkaRecords(cluster().kafka);
    await cluster().createTopics(["names", "greetings"], { partitions: 2 });
    job = await cluster().run(
      { path: "examples/greeter/module.yaml" },
      {
        parallelism: 2,
        map: { "kafka:9092": cluster().kafka, "functions:8000": `127.0.0.1:${String(port)}` },
      },
    );
    await job.waitUntilRunning();
    greetings = await kafka.read("greetings");
  });

  afterAll(async () => {
    // What a failed beforeAll did not get to is undefined; the rest must end all the same, or the run never does.
    await (job as Job | undefined)?.cancel();
    await (functions as FunctionProcess | undefined)?.kill();
    await (kafka as KafkaRecords | undefined)?.close();
  });

  test("workers killed one after the other under load are replaced, nothing is lost or doubled, and the job never restarts", async () => {
    const names = group("killed");
    const restarts = await job.restarts();

    const flow = startFlow(names);
    const killed: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      await untilMore(names);
      const [oldest] = living(functions);
      if (oldest === undefined) throw new Error(`there is no worker:\n${functions.output()}`);
      process.kill(oldest, "SIGKILL");
      killed.push(oldest);
      await until("the worker is replaced", cluster(), () => {
        const now = living(functions);
        return now.length === workerCount && !now.includes(oldest);
      });
    }
    await untilMore(names);
    const rounds = await flow.stop();

    await expectEveryone(names, rounds);
    expect(rounds * people).toBeGreaterThan(mostAhead);
    expect(new Set([...killed, ...living(functions)]).size).toBe(kills + workerCount);
    expect(ended(functions)).toEqual(killed.map((workerPid) => ({ workerPid, by: "SIGKILL" })));
    expect(await job.restarts()).toBe(restarts);
    expect(await job.state()).toBe("RUNNING");
  });

  test("a process told to end under load drains and exits with 0; started again, it goes on and nothing is lost or doubled", async () => {
    const names = group("drained");
    const restarts = await job.restarts();

    const flow = startFlow(names);
    await untilMore(names);
    const code = await functions.end();
    functions = await startFunctions(server, port);
    await untilMore(names);
    const rounds = await flow.stop();

    await expectEveryone(names, rounds);
    expect(code).toBe(0);
    expect(await job.restarts()).toBe(restarts);
  });
}

type Ended = Extract<LogEntry, { readonly event: "worker-ended" }>;

function entries(functions: FunctionProcess): readonly LogEntry[] {
  const lines = functions.output().match(/^\{"time":.*\}$/gm) ?? [];
  return lines.map((line) => JSON.parse(line) as LogEntry);
}

/** The workers that have ended, in the order in which they did. */
function ended(functions: FunctionProcess): readonly Pick<Ended, "workerPid" | "by">[] {
  return entries(functions)
    .filter((entry): entry is Ended & LogEntry => entry.event === "worker-ended")
    .map(({ workerPid, by }) => ({ workerPid, by }));
}

/** The process ids of the workers that have been started and have not ended, the oldest first. */
function living(functions: FunctionProcess): readonly number[] {
  const gone = new Set(ended(functions).map(({ workerPid }) => workerPid));
  return entries(functions)
    .flatMap((entry) => (entry.event === "worker-started" ? [entry.workerPid] : []))
    .filter((pid) => !gone.has(pid));
}

function group(prefix: string): readonly string[] {
  return Array.from({ length: people }, (_, index) => `${prefix}-${String(index)}`);
}

function expected(name: string, visits: number): readonly string[] {
  return Array.from({ length: visits }, (_, index) => {
    return index === 0 ? `Welcome, ${name}!` : `Welcome back, ${name}! This is visit ${String(index + 1)}.`;
  });
}
