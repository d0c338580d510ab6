import { EventEmitter } from "node:events";
import http from "node:http";
import { describe, expect, test } from "@jest/globals";
import { expectFailure, expectSuccess } from "../expectations.js";
import { Log } from "../log.js";
import { batchHead } from "../raw-client.js";
import { batch, hi } from "../requests.js";
import { whileListening } from "./listened.js";

describe("the limit of concurrent batches, with authorize", () => {
  test("one more is refused before authorize is asked", async () => {
    let asked = 0;
    const authorize = (): boolean => (asked += 1) > 0;

    const refused = await whileListening(
      { maxConcurrentBatches: 1, authorize },
      async ({ connect, post, log }) => {
        const waiting = await connect();
        const body = batch("wait until the client is gone");
        await waiting.send(batchHead({ "content-length": body.length }), body);
        await log.until("ran wait until the client is gone");
        const over = await post(hi);
        await waiting.hangUp();
        return over;
      },
    );

    expectFailure(refused, "overloaded");
    expect(asked).toBe(1);
  });
});

describe("closing", () => {
  test("a batch whose client hangs up meanwhile is reported, and was not cut off", async () => {
    const log = await whileListening({ drainTimeout: { seconds: 20 } }, async ({ connect, close, log }) => {
      const client = await connect();
      const body = batch("wait until the client is gone");
      await client.send(batchHead({ "content-length": body.length }), body);
      await log.until("ran wait until the client is gone");
      const closed = close();
      await client.hangUp();
      log.add(`cut off ${String(await closed)}`);
      return log;
    });

    expect(log.of("report")).toEqual(["client-disconnected"]);
    expect(log.of("cut")).toEqual(["off 0"]);
    expect(log.lines.at(-1)).toBe("cut off 0");
  });

  test("a scrape that takes longer than idleGrace is answered", async () => {
    const log = new Log();
    const metrics = {
      contentType: "text/plain",
      metrics: async () => {
        log.add("asked");
        await log.until("measured");
        return "up 1\n";
      },
    };

    const response = await whileListening({ metrics }, async ({ get, close }) => {
      const scrape = get("/metrics");
      await log.until("asked");
      const closed = close();
      await new Promise((resolve) => setTimeout(resolve, 50)); // beyond idleGrace, which is 0 here
      log.add("measured");
      const answered = await scrape;
      await closed;
      return answered;
    });

    expect(response.body.toString()).toBe("up 1\n");
  });
});

describe("a server whose requests are watched by instrumentation", () => {
  test("has all headers where something wraps the servers' emit, and needs none otherwise", async () => {
    const seen: unknown[] = [];
    const look = (_event: string | symbol, request: http.IncomingMessage): void => {
      if (request instanceof http.IncomingMessage) seen.push(request.headers["content-type"]);
    };
    const wrapped = Object.assign(http.Server.prototype, {
      emit(this: http.Server, event: string, ...rest: unknown[]) {
        look(event, rest[0] as http.IncomingMessage);
        return EventEmitter.prototype.emit.call(this, event, ...rest);
      },
    });
    try {
      expectSuccess(await whileListening({}, ({ post }) => post(hi)));
    } finally {
      Reflect.deleteProperty(wrapped, "emit");
    }

    expectSuccess(await whileListening({}, ({ post }) => post(hi)));
    expect(seen).toEqual(["application/octet-stream"]);
  });
});
