import { linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { requestReplyHandler, StateFunError } from "statefun";
import { listen, type LogEntry } from "statefun/node";
import { expectFailure, expectSuccess } from "../expectations.js";
import { batchHead, exchange } from "../raw-client.js";
import { batch, hi } from "../requests.js";
import { whileListening } from "./listened.js";

const folder = mkdtempSync(path.join(tmpdir(), "statefun-listen-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const functions = requestReplyHandler([]);

describe("listening", () => {
  test("on port 0 takes a free one, says which, and serves batches there", async () => {
    const { url, port, socketPath, role, workers, response } = await whileListening({}, async (listened) => ({
      ...listened,
      response: await listened.post(hi),
    }));

    expect(port).toBeGreaterThan(0);
    expect(url).toBe(`http://127.0.0.1:${String(port)}`);
    expect({ socketPath, role, workers }).toEqual({ socketPath: undefined, role: "alone", workers: [] });
    expectSuccess(response);
  });

  test("on a port that is taken is invalid-argument and names it", async () => {
    await whileListening({}, async ({ port = 0 }) => {
      const second = listen(functions, { port, host: "127.0.0.1", signals: false });

      await expect(second).rejects.toThrow(
        `[invalid-argument] listen: cannot listen on port ${String(port)} of 127.0.0.1: another process holds it`,
      );
    });
  });

  test("on a socket path serves batches there, and removes the file when it ends", async () => {
    const socketPath = path.join(folder, "served.sock");

    const { url, response } = await whileListening({ socketPath }, async (listened) => ({
      url: listened.url,
      response: await listened.post(hi),
    }));

    expect(url).toBe(`http+unix://${socketPath}`);
    expectSuccess(response);
    await expect(once(net.connect(socketPath), "connect")).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("on a socket path that a killed process left behind replaces it", async () => {
    const socketPath = path.join(folder, "stale.sock");
    await leaveBehind(socketPath);

    const response = await whileListening({ socketPath }, ({ post }) => post(hi));

    expectSuccess(response);
  });

  test("on a socket path that somebody listens on is invalid-argument, and the other goes on", async () => {
    const socketPath = path.join(folder, "taken.sock");

    const { failure, response } = await whileListening({ socketPath }, async ({ post }) => {
      const second = listen(functions, { socketPath, signals: false });
      return { failure: await second.catch((error: unknown) => error), response: await post(hi) };
    });

    expect(failure).toBeInstanceOf(StateFunError);
    expect(String(failure)).toContain(`another process listens on socketPath ${socketPath}`);
    expectSuccess(response);
  });

  test("on a socket path that is a file leaves the file alone", async () => {
    const socketPath = path.join(folder, "precious.txt");
    writeFileSync(socketPath, "precious");

    await expect(listen(functions, { socketPath })).rejects.toThrow("is a file and no socket");
  });

  test.each([
    [{ port: 65_536 }, "port is 65536, not a whole number from 0 to 65535"],
    [{ port: Number("x") }, "port is NaN"],
    [{ socketPath: "/x.sock", port: 1 }, "socketPath stands beside port or host"],
    [{ workers: 0 }, "workers is 0, not a whole number from 1 on"],
    [{ workers: 1.5 }, "workers is 1.5"],
    [{ maxConcurrentBatches: 0 }, "maxConcurrentBatches is 0"],
    [{ maxHeaderBytes: -1 }, "maxHeaderBytes is -1"],
    [{ compressRepliesAboveBytes: 0.5 }, "compressRepliesAboveBytes is 0.5"],
    [{ headerTimeout: { seconds: 0 } }, "headerTimeout is 0 ms"],
    [{ drainTimeout: { days: 30 } }, "drainTimeout is 2592000000 ms"],
    [{ keepAliveTimeout: { seconds: -1 } }, "keepAliveTimeout"],
    [{ metrics: { contentType: "x" } as never }, "metrics is"],
    [{ authorize: true as never }, "authorize is"],
    [{ onDrained: "x" as never }, "onDrained is"],
    [{ log: "x" as never }, "log is"],
    [{ tls: "x" as never }, "tls is"],
    [{ tls: {} }, "tls has no certificate"],
    [{ tls: { key: "x", cert: "y" } }, "tls cannot be used"],
    [{ tls: { key: "x", cert: "y" }, socketPath: "/x.sock" }, "tls stands beside socketPath"],
    [{ socketPath: "/no/such/folder/x.sock" }, "its folder does not exist, or this user may not write to it"],
    [{ port: 0, host: "192.0.2.1" }, "this machine has no such address"],
    [{ port: 0, host: "192.0.2.1", workers: 2 }, "this machine has no such address"],
    [{ signals: 1 as never }, "signals is"],
  ])("with %j is invalid-argument, before anything listens", async (options, message) => {
    await expect(listen(functions, options)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe("what listen answers beside batches", () => {
  test("GET /healthz and /readyz are 200, and nothing is reported", async () => {
    const { responses, lines } = await whileListening({}, async ({ get, log }) => ({
      responses: [await get("/healthz"), await get("/readyz?from=kubernetes")],
      lines: log.lines,
    }));

    expect(responses.map(({ status, body }) => [status, body.toString()])).toEqual([
      [200, "ok\n"],
      [200, "ready\n"],
    ]);
    expect(lines).toEqual([]);
  });

  test("a POST to /healthz is a batch: functions are told apart by the body, never by the path", async () => {
    const response = await whileListening({}, async ({ connect }) => {
      const client = await connect();
      void client.send(batchHead({ "content-length": hi.length }).replace("/statefun", "/healthz"), hi);
      const answered = await client.response();
      await client.hangUp();
      return answered;
    });

    expectSuccess(response);
  });

  test("without probes GET /healthz is 405 like everything else", async () => {
    const response = await whileListening({ probes: false }, ({ get }) => get("/healthz"));

    expectFailure(response, "method-not-allowed");
  });

  test("GET /metrics is what the source says, under its media type; without a source it is 405", async () => {
    const metrics = { contentType: "text/plain; version=0.0.4", metrics: () => "up 1\n" };

    const response = await whileListening({ metrics }, ({ get }) => get("/metrics"));
    const without = await whileListening({}, ({ get }) => get("/metrics"));

    expect(response.status).toBe(200);
    expect(response.headers).toContainEqual(["content-type", metrics.contentType]);
    expect(response.body.toString()).toBe("up 1\n");
    expectFailure(without, "method-not-allowed");
  });

  test("metrics that fail are 500 and reported once", async () => {
    const metrics = { contentType: "text/plain", metrics: () => Promise.reject(new Error("no")) };

    const { response, lines } = await whileListening({ metrics }, async ({ get, log }) => ({
      response: await get("/metrics"),
      lines: log.lines,
    }));

    expect(response.status).toBe(500);
    expect(lines).toEqual(["report function-failed"]);
  });
});

describe("the limit of concurrent batches", () => {
  test("one more is overloaded, reported once, and served again when one has ended", async () => {
    const options = { maxConcurrentBatches: 1 };

    const { refused, after, lines } = await whileListening(options, async ({ connect, post, log }) => {
      const waiting = await connect();
      const body = batch("wait until the client is gone");
      await waiting.send(batchHead({ "content-length": body.length }), body);
      await log.until("ran wait until the client is gone");
      const over = await post(hi);
      await waiting.hangUp();
      await log.until("report client-disconnected");
      return { refused: over, after: await post(hi), lines: log.lines };
    });

    expectFailure(refused, "overloaded");
    expectSuccess(after);
    expect(lines.filter((line) => line === "report overloaded")).toHaveLength(1);
    expect(lines).toContain("ran hi");
  });
});

describe("the log", () => {
  test("is silent unless asked for", async () => {
    const written: unknown[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (chunk: unknown): boolean => written.push(chunk) > 0;
    try {
      await whileListening({}, ({ post }) => post(hi));
    } finally {
      process.stdout.write = write;
    }

    expect(written).toEqual([]);
  });

  test("tells of each request with status, sizes and time, and of the end", async () => {
    const entries: LogEntry[] = [];

    await whileListening({ log: (entry) => entries.push(entry) }, async ({ connect }) => {
      const client = await connect();
      await exchange(client, hi);
      await exchange(client, batch("throw"));
      await client.hangUp();
    });

    expect(entries.map(({ event }) => event)).toEqual([
      "listening",
      "request",
      "request",
      "draining",
      "drained",
    ]);
    expect(entries[1]).toMatchObject({
      method: "POST",
      status: 200,
      requestBytes: hi.length,
      replyBytes: 3,
      client: "127.0.0.1",
      pid: process.pid,
      millis: expect.any(Number) as unknown,
      time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    });
    expect(entries[2]).toMatchObject({ status: 500 });
    expect(entries[4]).toMatchObject({ cutOff: 0 });
  });

  test("that throws changes nothing", async () => {
    const log = (): never => {
      throw new Error("full disk");
    };

    const response = await whileListening({ log }, ({ post }) => post(hi));

    expectSuccess(response);
  });
});

/** A socket file without a listener: what SIGKILL leaves. Node removes its own, so another name keeps it. */
async function leaveBehind(socketPath: string): Promise<void> {
  const server = net.createServer().listen(`${socketPath}.first`);
  await once(server, "listening");
  linkSync(`${socketPath}.first`, socketPath);
  server.close();
  await once(server, "close");
}
