import { afterEach, describe, expect, test } from "@jest/globals";
import type { LogEntry } from "statefun/node";
import { decode } from "../../support/decode.js";
import { wireValue } from "../../support/wire-value.js";
import { exchange, type RawClient } from "../raw-client.js";
import { batch } from "../requests.js";
import { DrainedProcess } from "./drain/drained-process.js";

const connections = 60;

afterEach(() => DrainedProcess.endAll());

/** A connection, and the worker that serves it. */
interface Served {
  readonly client: RawClient;
  readonly pid: string;
}

async function connect(server: DrainedProcess): Promise<Served> {
  const client = await server.connect();
  const { body } = await exchange(client, batch("pid"));
  const [message] = decode(new Uint8Array(body)).messages;
  const pid = Buffer.from((message?.argument?.hex ?? "").slice(4), "hex").toString();
  expect(message?.argument).toEqual(wireValue.string(pid));
  return { client, pid };
}

/** Sends batches until `isOver`, or the connection ends: how many were answered, and whether one was not. */
async function keepSending({ client, pid }: Served, isOver: () => boolean) {
  let answered = 0;
  while (!isOver()) {
    try {
      const { status } = await exchange(client, batch("hold 5"));
      if (status === 200) answered += 1;
    } catch {
      return { pid, answered, hasFailed: true };
    }
  }
  await client.hangUp();
  return { pid, answered, hasFailed: false };
}

function started(entries: readonly LogEntry[]): readonly string[] {
  return entries.flatMap((entry) => (entry.event === "worker-started" ? [String(entry.workerPid)] : []));
}

describe("workers under load", () => {
  test("one that is killed takes its own connections with it and no other, and is replaced", async () => {
    const server = await DrainedProcess.start({ workers: 2, idleGrace: { milliseconds: 0 } });
    const clients = await Promise.all(Array.from({ length: connections }, () => connect(server)));
    const [victim = "", other = ""] = started(server.entries);
    let isOver = false;
    const runs = clients.map((client) => keepSending(client, () => isOver));

    process.kill(Number(victim), "SIGKILL");
    await server.until((entries) => started(entries).length === 3);
    const replacement = started(server.entries)[2] ?? "";
    // It serves once it listens, which takes a process as long as the first ones took.
    let served: string | undefined;
    while (served !== replacement) {
      const { client, pid } = await connect(server);
      await client.hangUp();
      served = pid;
    }
    isOver = true;
    const ends = await Promise.all(runs);

    expect(new Set(clients.map(({ pid }) => pid))).toEqual(new Set([victim, other]));
    expect(replacement).not.toBe(victim);
    expect(ends.filter(({ pid, hasFailed }) => hasFailed !== (pid === victim))).toEqual([]);
    expect(ends.filter(({ pid, answered }) => pid === other && answered === 0)).toEqual([]);
    server.signal("SIGTERM");
    expect(await server.exit).toBe(0);
  });

  test("one that cannot start any more is tried ever later, while the others serve, and is back once it can", async () => {
    const server = await DrainedProcess.start({ workers: 2, idleGrace: { milliseconds: 0 } });
    const clients = await Promise.all(Array.from({ length: connections }, () => connect(server)));
    const [victim = "", other = ""] = started(server.entries);
    let isOver = false;
    const runs = clients
      .filter(({ pid }) => pid === other)
      .map((client) => keepSending(client, () => isOver));
    const pauses = (): readonly number[] =>
      server.entries.flatMap((entry) =>
        entry.event === "worker-ended" && entry.replacedAfterMillis !== undefined
          ? [entry.replacedAfterMillis]
          : [],
      );

    server.breakWorkers(true);
    process.kill(Number(victim), "SIGKILL");
    await server.until(() => pauses().length >= 4);
    server.breakWorkers(false);
    const { length: starts } = started(server.entries);
    await server.until((entries) => started(entries).length > starts);
    let served: string | undefined;
    while (served === undefined || served === other) {
      const { client, pid } = await connect(server);
      await client.hangUp();
      served = pid;
    }
    isOver = true;
    const ends = await Promise.all(runs);

    const [first = 0, ...later] = pauses();
    expect([0, 100]).toContain(first); // by whether it had lived for long on this machine
    expect(later.slice(0, 3)).toEqual([1, 2, 4].map((times) => times * (first === 0 ? 100 : 200)));
    expect(ends.filter(({ hasFailed }) => hasFailed)).toEqual([]);
    server.signal("SIGTERM");
    expect(await server.exit).toBe(0);
  });
});
