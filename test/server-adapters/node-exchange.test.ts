import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { serve } from "statefun/node";
import { expectFailure, expectSuccess } from "./expectations.js";
import { nodeHost, onHost } from "./host.js";
import { Log } from "./log.js";
import { batchHead, exchange, RawClient } from "./raw-client.js";
import { batch, hi } from "./requests.js";

const small = { maxRequestBytes: 10 };

describe("after an answer that did not wait for the whole body", () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  test("a client that keeps the connection gets ten seconds to hang up", async () => {
    const { result, reports } = await onHost(nodeHost(serve), small, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      useFakeTimeouts();
      await client.send(batchHead({ "content-length": 1e12 }));
      const response = await client.response();
      jest.advanceTimersByTime(9_999);
      const patient = jest.getTimerCount();
      jest.advanceTimersByTime(1);
      await client.closed();
      return { response, patient };
    });

    expectFailure(result.response, "request-too-large");
    expect(result.patient).toBe(1);
    expect(reports).toEqual(["request-too-large"]);
  });

  test("a client that hangs up leaves no timer behind", async () => {
    const closes = new Log();
    const observed = nodeHost((functions) => (request, response) => {
      response.once("close", () => {
        closes.add("response closed");
      });
      serve(functions)(request, response);
    });

    await onHost(observed, small, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      useFakeTimeouts();
      await client.send(batchHead({ "content-length": 1e12 }));
      await client.response();
      await client.hangUp();
      await closes.until("response closed");
    });

    expect(jest.getTimerCount()).toBe(0);
  });
});

describe("a response that others touch", () => {
  test("is left alone when something in front has answered, and the batch ends as nobody waits for it", async () => {
    const impatient = nodeHost((functions) => (request, response) => {
      serve(functions)(request, response);
      response.writeHead(503, { "content-length": 4 }).end("late");
    });

    const { result, reports } = await onHost(impatient, {}, async (host) => {
      const response = await exchange(
        await RawClient.connect(host.endpoint),
        batch("wait until the client is gone"),
      );
      await host.log.until("report client-disconnected");
      return response;
    });

    expect(result.status).toBe(503);
    expect(result.body.toString()).toBe("late");
    expect(reports).toEqual(["client-disconnected"]);
  });

  test("ends its connection, and is reported, when it cannot be written", async () => {
    const broken = nodeHost((functions) => (request, response) => {
      response.writeHead = () => {
        throw new Error("patched");
      };
      serve(functions)(request, response);
    });

    const { result, reports } = await onHost(broken, {}, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      await client.send(batchHead({ "content-length": hi.length }), hi);
      await client.closed();
      return client.unread;
    });

    expect(result).toBe("");
    expect(reports).toEqual(["function-failed"]);
  });

  test("is not written when the body breaks off while the connection lives", async () => {
    const breaking = nodeHost((functions) => (request, response) => {
      serve(functions)(request, response);
      request.once("data", () => {
        request.emit("error", new Error("broken"));
      });
    });

    const { result, reports } = await onHost(breaking, {}, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      await client.send(batchHead({ "content-length": hi.length }), hi.subarray(0, 20));
      await client.closed();
      return client.unread;
    });

    expect(result).toBe("");
    expect(reports).toEqual(["client-disconnected"]);
  });

  test("keeps the headers that a middleware has set, but for those that an answer decides", async () => {
    const decorated = nodeHost((functions) => (request, response) => {
      response.setHeader("x-request-id", "7");
      response.setHeader("content-type", "text/html; charset=utf-8");
      serve(functions)(request, response);
    });

    const { result } = await onHost(decorated, {}, async (host) =>
      exchange(await RawClient.connect(host.endpoint), hi),
    );

    expect(result.headers).toContainEqual(["x-request-id", "7"]);
    expectSuccess({ ...result, headers: result.headers.filter(([name]) => name !== "x-request-id") });
  });

  test("of a client that is gone before its batch waits aborts the batch at once", async () => {
    const slow = nodeHost((functions) => (request, response) => {
      const parsed = Object.assign(request, { body: batch("wait until the client is gone") });
      response.once("close", () => {
        serve(functions)(parsed, response);
      });
    });

    const { log } = await onHost(slow, {}, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      await client.send(batchHead({ "content-length": 100 }));
      await client.hangUp();
      await host.log.until("report client-disconnected");
    });

    expect(log).toContain("ran wait until the client is gone");
    expect(log).toContain("signal aborted");
  });
});

/** Time-outs of the adapter only: `node:http` keeps its own. */
function useFakeTimeouts(): void {
  jest.useFakeTimers({
    doNotFake: [
      "Date",
      "hrtime",
      "nextTick",
      "performance",
      "queueMicrotask",
      "setImmediate",
      "clearImmediate",
      "setInterval",
      "clearInterval",
    ],
  });
}
