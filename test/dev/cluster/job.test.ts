import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { FlinkRest } from "../../../dev/cluster/flink-rest.js";
import { FlinkJob } from "../../../dev/cluster/job.js";

const id = "0123456789abcdef0123456789abcdef";
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A job on a server that answers as Flink's REST interface does: each path with the next of its answers, the last one for ever. */
async function job(answers: Readonly<Record<string, readonly unknown[]>>): Promise<{
  readonly job: FlinkJob;
  readonly requests: readonly string[];
}> {
  const requests: string[] = [];
  const left = new Map(Object.entries(answers).map(([path, list]) => [path, [...list]]));
  server = createServer((request: IncomingMessage, response) => {
    const path = `${request.method === "GET" ? "" : `${String(request.method)} `}${String(request.url)}`;
    requests.push(path);
    const list = left.get(path) ?? [];
    const answer = list.length > 1 ? list.shift() : list[0];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { errors: ["not found"] }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const rest = new FlinkRest(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  return {
    job: new FlinkJob(id, { rest, check: () => undefined, savepointDirectory: "/savepoints" }),
    requests,
  };
}

const vertex = (status: string): unknown => ({ status });

test("a job runs when every one of its vertices does", async () => {
  const { job: deployed, requests } = await job({
    [`/jobs/${id}`]: [
      { state: "CREATED", vertices: [] },
      { state: "RUNNING", vertices: [vertex("RUNNING"), vertex("DEPLOYING")] },
      { state: "RUNNING", vertices: [vertex("RUNNING"), vertex("RUNNING")] },
    ],
  });

  await deployed.waitUntilRunning();

  expect(requests.filter((path) => path === `/jobs/${id}`)).toHaveLength(3);
});

test("waiting for a job that has failed ends with the cause Flink gives", async () => {
  const { job: failed } = await job({
    [`/jobs/${id}`]: [{ state: "FAILED", vertices: [] }],
    [`/jobs/${id}/exceptions`]: [
      {
        exceptionHistory: {
          entries: [{ stacktrace: "a.B: x\n\tat a.B.c(B.java:1)\nCaused by: a.D: no such function" }],
        },
      },
    ],
  });

  await expect(failed.waitUntilRunning()).rejects.toMatchObject({
    code: "job-failed",
    message: expect.stringMatching(
      /has ended \(FAILED\)\. Its last failure: Caused by: a\.D: no such function$/,
    ),
  });
});

test("only a checkpoint that began after the question counts", async () => {
  const before = { id: 1, status: "COMPLETED", trigger_timestamp: Date.now() - 1000 };
  const after = { id: 2, status: "COMPLETED", trigger_timestamp: Date.now() + 60_000 };
  const { job: running, requests } = await job({
    [`/jobs/${id}`]: [{ state: "RUNNING", vertices: [] }],
    [`/jobs/${id}/checkpoints`]: [
      { latest: { completed: null } },
      { latest: { completed: before } },
      { latest: { completed: after } },
    ],
  });

  await running.checkpointed();

  expect(requests.filter((path) => path.endsWith("/checkpoints"))).toHaveLength(3);
});

test("a savepoint that cancels the job resolves with its place once the job has ended", async () => {
  const { job: running } = await job({
    [`POST /jobs/${id}/savepoints`]: [{ "request-id": "r1" }],
    [`/jobs/${id}/savepoints/r1`]: [
      { status: { id: "IN_PROGRESS" } },
      { status: { id: "COMPLETED" }, operation: { location: "file:/savepoints/s1" } },
    ],
    [`/jobs/${id}`]: [
      { state: "CANCELLING", vertices: [] },
      { state: "CANCELED", vertices: [] },
    ],
  });

  await expect(running.savepoint({ cancel: true })).resolves.toBe("file:/savepoints/s1");
  await expect(running.state()).resolves.toBe("CANCELED");
});

test("a savepoint that Flink could not take is an error with the cause", async () => {
  const { job: running } = await job({
    [`POST /jobs/${id}/savepoints`]: [{ "request-id": "r1" }],
    [`/jobs/${id}/savepoints/r1`]: [
      {
        status: { id: "COMPLETED" },
        operation: { "failure-cause": { "stack-trace": "a.B: x\nCaused by: a.C: disk full" } },
      },
    ],
  });

  await expect(running.savepoint()).rejects.toMatchObject({
    code: "job-failed",
    message: expect.stringContaining("Caused by: a.C: disk full"),
  });
});

test("an order Flink refuses is an error with its answer", async () => {
  const { job: running } = await job({});

  await expect(running.savepoint()).rejects.toMatchObject({
    code: "job-failed",
    message: expect.stringMatching(/Flink refused POST .*status 404.*not found/),
  });
});

test("cancelling a job that has ended does nothing", async () => {
  const { job: ended, requests } = await job({ [`/jobs/${id}`]: [{ state: "FINISHED", vertices: [] }] });

  await ended.cancel();

  expect(requests).toEqual([`/jobs/${id}`]);
});
