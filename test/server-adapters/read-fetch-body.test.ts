import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { constants, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { requestReplyHandler } from "statefun";
import { serve } from "statefun/fetch";
import { gate } from "../support/gate.js";
import { conformanceFunction } from "./conformance-functions.js";
import { Log } from "./log.js";
import { batch, batchOfSize, fromHex, hi, noEffects } from "./requests.js";

const limit = 1000;

// In hex: a hundred bytes that come to many thousand, and go on so with zeros; deflate that goes on with nothing.
const bomb = gzipSync(Buffer.alloc(1024 * 1024))
  .subarray(0, 100)
  .toString("hex");
const begun = deflateSync("", { finishFlush: constants.Z_SYNC_FLUSH }).toString("hex");
const nothing = "000000ffff";

afterEach(() => {
  jest.useRealTimers();
});

describe("a compressed body", () => {
  test.each([
    { encoding: "gzip", body: gzipSync(hi) },
    { encoding: "x-gzip", body: gzipSync(hi) },
    { encoding: " GZIP ", body: gzipSync(hi) },
    { encoding: "deflate", body: deflateSync(hi) },
    { encoding: "identity", body: hi },
  ])("of content-encoding $encoding is served", async ({ encoding, body }) => {
    const { response, bytes, log } = await answerTo(post(body, { "content-encoding": encoding }));

    expect(response.status).toBe(200);
    expect(bytes).toEqual(noEffects);
    expect(log).toEqual(["ran hi"]);
  });

  test.each(["br", "constructor", "__proto__"])(
    "of the encoding %s is 415, and the report says what to send",
    async (encoding) => {
      const { response, messages } = await answerTo(post(hi, { "content-encoding": encoding }));

      expect(response.status).toBe(415);
      expect(messages).toEqual([
        `[unsupported-media-type] the body has content-encoding "${encoding}": send it plain, or as gzip or deflate`,
      ]);
    },
  );

  test.each([
    { name: "is no gzip", body: hi },
    { name: "is cut off", body: gzipSync(hi).subarray(0, -10) },
  ])("that $name is a malformed request", async ({ body }) => {
    const { response, messages } = await answerTo(post(body, { "content-encoding": "gzip" }));

    expect(response.status).toBe(400);
    expect(messages).toEqual([
      expect.stringContaining("[malformed-request] the body of a request is not gzip"),
    ]);
  });

  test.each([
    { size: limit, status: 200 },
    { size: limit + 1, status: 413 },
  ])("of $size bytes when decompressed is $status", async ({ size, status }) => {
    const { response } = await answerTo(post(gzipSync(batchOfSize(size)), { "content-encoding": "gzip" }));

    expect(response.status).toBe(status);
  });

  test("that is a bomb is 413, without being inflated", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;

    const { response } = await answerTo(post(bomb, { "content-encoding": "gzip" }));

    expect(response.status).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
  });

  test("whose length is above the limit is not touched", async () => {
    const headers = { "content-encoding": "gzip", "content-length": String(limit + 1) };
    const request = post(streamOf([gzipSync(hi)]), headers);

    const { response } = await answerTo(request);

    expect(response.status).toBe(413);
    expect(request.bodyUsed).toBe(false);
  });

  test("that breaks off is a client that hung up, not a bad encoding", async () => {
    const body = streamOf([gzipSync(hi).subarray(0, 12)], new Error("reset"));

    const { response, messages } = await answerTo(post(body, { "content-encoding": "gzip" }));

    expect(response.status).toBe(499);
    expect(messages).toEqual([expect.stringContaining("[client-disconnected]")]);
  });
});

describe("the stream of a body", () => {
  test.each([
    {
      name: "was read",
      request: async () => {
        const request = post(hi);
        await request.arrayBuffer();
        return request;
      },
    },
    {
      name: "is being read",
      request: async () => {
        const request = post(hi);
        request.body?.getReader();
        return request;
      },
    },
    { name: "yields text", request: async () => post(streamOf(["text"])) },
  ])("that $name is body-already-read", async ({ request }) => {
    const { response, messages } = await answerTo(await request());

    expect(response.status).toBe(500);
    expect(messages).toEqual([expect.stringContaining("[body-already-read]")]);
  });

  test("of a request whose clone was read is served", async () => {
    const request = post(hi);
    await request.clone().arrayBuffer();

    const { response } = await answerTo(request);

    expect(response.status).toBe(200);
  });

  test("that breaks off is client-disconnected, and says after how much", async () => {
    const { response, messages } = await answerTo(post(streamOf([hi.subarray(0, 5)], new Error("reset"))));

    expect(response.status).toBe(499);
    expect(messages).toEqual([
      "[client-disconnected] the client hung up after 5 bytes of its body; a cluster sends the batch again",
    ]);
  });

  test.each([
    { name: "without end", encoding: "identity", begin: "", chunk: "00", waitsAt: Infinity, status: 413 },
    {
      name: "of gzip that is a bomb",
      encoding: "gzip",
      begin: bomb,
      chunk: "00",
      waitsAt: Infinity,
      status: 413,
    },
    {
      name: "of deflate of nothing",
      encoding: "deflate",
      begin: begun,
      chunk: nothing,
      waitsAt: Infinity,
      status: 413,
    },
    // Waits within the limit: which of its two faults is seen first would be a matter of luck.
    { name: "that is no gzip", encoding: "gzip", begin: "", chunk: "00", waitsAt: 500, status: 400 },
  ])(
    "$name is refused at the limit, thrown away for ten seconds, and then left",
    async ({ encoding, begin, chunk, waitsAt, status }) => {
      jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate", "performance"] });
      const cancelled = new Log();
      const answered = gate();
      let pulled = 0;
      const endless = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(Uint8Array.from(fromHex(begin)));
        },
        async pull(controller) {
          if (pulled >= waitsAt) await answered.passed;
          pulled += 100;
          controller.enqueue(Uint8Array.from(fromHex(chunk.repeat(200 / chunk.length))));
          await turns(1); // as a socket does
        },
        cancel() {
          cancelled.add("cancelled");
        },
      });

      const { response } = await answerTo(post(endless, { "content-encoding": encoding }));
      const pulledForAnswer = pulled;
      answered.open();
      jest.advanceTimersByTime(9_999);
      await turns(20);
      const early = [...cancelled.lines];
      jest.advanceTimersByTime(1);
      await cancelled.until("cancelled");

      expect(response.status).toBe(status);
      expect(pulledForAnswer).toBeLessThan(10 * limit);
      expect(pulled).toBeGreaterThan(pulledForAnswer);
      expect(early).toEqual([]);
      expect(jest.getTimerCount()).toBe(0);
    },
  );

  test("that comes in chunks of one byte takes the memory of its bytes", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held = (): number => {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const size = 200_000;
    const body = batchOfSize(size);
    const before = held();
    let heldNearEnd = Infinity;
    let pulled = 0;
    const slow = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulled === size - 100) heldNearEnd = held();
        if (pulled === size) controller.close();
        else controller.enqueue(Uint8Array.of(body[pulled++] ?? 0));
      },
    });

    const { response, log } = await answerTo(post(slow), size);

    expect(response.status).toBe(200);
    expect(log).toHaveLength(1);
    expect(heldNearEnd - before).toBeLessThan(20 * size);
  });

  test("is not touched when its length is above the limit", async () => {
    const request = post(streamOf([hi]), { "content-length": String(limit + 1) });

    const { response } = await answerTo(request);

    expect(response.status).toBe(413);
    expect(request.bodyUsed).toBe(false);
  });
});

describe("a request of a fetch runtime", () => {
  test("whose signal aborts while the batch runs is a client that hung up", async () => {
    const controller = new AbortController();
    const log = new Log();
    const functions = requestReplyHandler([conformanceFunction(log)], {
      onError: (error) => {
        log.add(`report ${error.code}`);
      },
    });

    const body = batch("wait until the client is gone");
    const answered = serve(functions)(post(body, {}, controller.signal));
    await log.until("ran wait until the client is gone");
    controller.abort();
    const { status } = await answered;

    expect(status).toBe(499);
    expect(log.lines).toContain("signal aborted");
    expect(log.of("report")).toEqual(["client-disconnected"]);
  });

  test("is shown to authorize with its path, without the query", async () => {
    const paths: string[] = [];
    const functions = requestReplyHandler([conformanceFunction(new Log())], { onError: () => undefined });
    const handler = serve(functions, {
      authorize: (request) => {
        paths.push(request.path);
        return request.clientCertificate() !== undefined;
      },
    });

    const { status } = await handler(post(hi));

    expect(status).toBe(401);
    expect(paths).toEqual(["/statefun"]);
  });

  test("gets exactly the headers of the answer", async () => {
    const { response } = await answerTo(post(hi));

    expect([...response.headers]).toEqual([
      ["content-length", "3"],
      ["content-type", "application/octet-stream"],
    ]);
  });
});

type Body = Uint8Array | ReadableStream<Uint8Array>;

function post(body: Body, headers: Record<string, string> = {}, signal?: AbortSignal): Request {
  return new Request("http://localhost/statefun?a=b", {
    method: "POST",
    headers: { "content-type": "application/octet-stream", ...headers },
    body,
    duplex: "half",
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Yields each chunk, whatever it is, and then ends, or breaks. */
function streamOf(chunks: readonly unknown[], broken?: Error): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      if (left.length > 0) controller.enqueue(left.shift() as Uint8Array);
      else if (broken === undefined) controller.close();
      else controller.error(broken);
    },
  });
}

/** Lets the event loop turn so often. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

interface Answered {
  readonly response: Response;
  readonly bytes: Buffer;
  readonly log: readonly string[];
  readonly messages: readonly string[];
}

async function answerTo(request: Request, maxRequestBytes = limit): Promise<Answered> {
  const log = new Log();
  const messages: string[] = [];
  const functions = requestReplyHandler([conformanceFunction(log)], {
    maxRequestBytes,
    onError: ({ message }) => messages.push(message),
  });
  const response = await serve(functions)(request);
  return { response, bytes: Buffer.from(await response.arrayBuffer()), log: log.lines, messages };
}
