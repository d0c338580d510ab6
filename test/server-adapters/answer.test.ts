import { describe, expect, test } from "@jest/globals";
import { StateFunError, type RequestReplyHandler } from "statefun";
import {
  answer,
  answerTo,
  refused,
  statusTable,
  type AdapterRequest,
  type Answer,
  type ArrivingRequest,
  type Authorize,
} from "../../server-adapters/answer.js";

const octetStream = "application/octet-stream";

describe("the status table", () => {
  test("has one status for each code", () => {
    const statuses = Object.fromEntries(
      Object.entries(statusTable).map(([code, { status }]) => [code, status]),
    );

    expect(statuses).toEqual({
      "invalid-argument": 500,
      serialization: 500,
      "unhandled-message": 500,
      "function-failed": 500,
      "context-closed": 500,
      "unknown-function": 503,
      "malformed-request": 400,
      "request-too-large": 413,
      "method-not-allowed": 405,
      "unsupported-media-type": 415,
      "body-already-read": 500,
      "batch-timeout": 504,
      "client-disconnected": 499,
      unauthorized: 401,
      overloaded: 503,
    });
  });

  test("has one plain sentence for each code", () => {
    for (const { sentence } of Object.values(statusTable))
      expect(sentence).toMatch(/^[A-Z][A-Za-z0-9 /,-]+\.$/);
  });
});

describe("answer", () => {
  test("makes no promise where neither body nor batch is one", () => {
    const { functions } = handlerThat(() => Uint8Array.of(1, 2, 3));

    const answered = answer(functions, requestWith(Uint8Array.of(0)));

    expect(answered).toEqual({
      status: 200,
      headers: { "content-type": octetStream, "content-length": "3" },
      body: Uint8Array.of(1, 2, 3),
    });
  });

  test("reports nothing that handle has thrown, because handle has", async () => {
    const { functions, reports } = handlerThat(() =>
      Promise.reject(new StateFunError("batch-timeout", "slow")),
    );

    const answered = await answer(functions, requestWith(Uint8Array.of(0)));

    expect(answered.status).toBe(504);
    expect(reports).toEqual([]);
  });

  test.each([
    { how: "throws", handle: () => raise(new Error("broken wrapper")) },
    { how: "rejects with", handle: () => Promise.reject(new Error("broken wrapper")) },
  ])("answers 500 and reports once when code around handle $how an error of its own", async ({ handle }) => {
    const { functions, reports } = handlerThat(handle);

    const answered = await answer(functions, requestWith(Uint8Array.of(0)));

    expect(answered.status).toBe(500);
    expect(reports.map(({ message }) => message)).toEqual([
      "[function-failed] answering a request threw: broken wrapper",
    ]);
  });

  test.each([
    { how: "throws", body: () => raise(new StateFunError("client-disconnected", "gone")) },
    { how: "rejects", body: () => Promise.reject(new StateFunError("client-disconnected", "gone")) },
  ])("reports once when reading the body $how, without calling handle", async ({ body }) => {
    const { functions, reports, calls } = handlerThat(() => new Uint8Array(0));

    const answered = await answer(functions, { ...requestWith(Uint8Array.of(0)), body });

    expect(answered.status).toBe(499);
    expect(reports.map(({ code }) => code)).toEqual(["client-disconnected"]);
    expect(calls).toEqual([]);
  });

  test("says which request it refused, to onError alone", async () => {
    const { functions, reports } = handlerThat(() => new Uint8Array(0));

    const answered = await answer(functions, {
      ...requestWith(Uint8Array.of(0)),
      method: "GET",
      path: "/health",
    });

    expect(reports[0]?.message).toMatch(/^\[method-not-allowed\] GET \/health: /);
    expect(Buffer.from(answered.body).toString()).toBe("Only POST is served here.\n");
  });

  test("asks for the body with the limit of the handler", async () => {
    const { functions } = handlerThat(() => new Uint8Array(0));
    const limits: number[] = [];
    const body = (limit: number): Uint8Array => {
      limits.push(limit);
      return new Uint8Array(0);
    };

    await answer(functions, { ...requestWith(new Uint8Array(0)), body });

    expect(limits).toEqual([functions.maxRequestBytes]);
  });
});

describe("answer, with authorize", () => {
  const letIn = new Uint8Array(0);

  test("serves what authorize lets in, and reads its body once however often it is asked for", async () => {
    const { functions, reports, calls } = handlerThat(() => letIn);
    let reads = 0;
    const body = (): Uint8Array => Uint8Array.of(++reads);

    const answered = await answer(
      functions,
      { ...requestWith(letIn), body },
      {
        authorize: async (request) => (await request.body()) === (await request.body()),
      },
    );

    expect(answered.status).toBe(200);
    expect(calls).toEqual([Uint8Array.of(1)]);
    expect(reads).toBe(1);
    expect(reports).toEqual([]);
  });

  test.each<{ what: string; authorize: Authorize }>([
    { what: "false", authorize: () => false },
    { what: "a promise of false", authorize: () => Promise.resolve(false) },
    { what: "something that is only truthy", authorize: () => JSON.parse('"yes"') as boolean },
    { what: "nothing", authorize: () => JSON.parse("null") as boolean },
  ])("refuses with 401 and one report, unread, where authorize says $what", async ({ authorize }) => {
    const { functions, reports, calls } = handlerThat(() => letIn);
    let reads = 0;
    const body = (): Uint8Array => Uint8Array.of(++reads);

    const answered = await answer(functions, { ...requestWith(letIn), body }, { authorize });

    expect(answered.status).toBe(401);
    expect(reports.map(({ message }) => message)).toEqual([
      "[unauthorized] POST: authorize did not let this request in",
    ]);
    expect([calls, reads]).toEqual([[], 0]);
  });

  test("reports the reasons of a refusal, and answers without them", async () => {
    const { functions, reports } = handlerThat(() => letIn);

    const answered = await answer(functions, requestWith(letIn), {
      authorize: (request) => {
        refused(request, "no header");
        return refused(request, "no certificate");
      },
    });

    expect(reports.map(({ message }) => message)).toEqual([
      "[unauthorized] POST: authorize did not let this request in: no header: no certificate",
    ]);
    expect(Buffer.from(answered.body).toString()).toBe("This request is not authorized.\n");
  });

  test.each([
    { how: "throws", authorize: () => raise(new Error("keys out of reach")) },
    { how: "rejects with", authorize: () => Promise.reject(new Error("keys out of reach")) },
    {
      how: "throws, dressed as another failure,",
      authorize: () => raise(new StateFunError("malformed-request", "keys out of reach")),
    },
  ])("answers 500 and reports once when authorize $how an error of its own", async ({ authorize }) => {
    const { functions, reports, calls } = handlerThat(() => letIn);

    const answered = await answer(functions, requestWith(letIn), { authorize });

    expect(answered.status).toBe(500);
    expect(reports.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^\[function-failed\] authorize threw: .*keys out of reach$/),
    ]);
    expect(calls).toEqual([]);
  });

  test.each([
    { how: "throws", body: () => raise(new StateFunError("request-too-large", "big")) },
    { how: "rejects", body: () => Promise.reject(new StateFunError("request-too-large", "big")) },
  ])("reports the failure of the body that authorize asked for when it $how", async ({ body }) => {
    const { functions, reports, calls } = handlerThat(() => letIn);

    const answered = await answer(
      functions,
      { ...requestWith(letIn), body },
      {
        authorize: async (request) => (await request.body()).length > 0,
      },
    );

    expect(answered.status).toBe(413);
    expect(reports.map(({ code }) => code)).toEqual(["request-too-large"]);
    expect(calls).toEqual([]);
  });

  test("leaves no rejection to nobody where authorize does not wait for the body it asked for", async () => {
    const { functions, reports } = handlerThat(() => letIn);
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", listener);

    const answered = await answer(
      functions,
      { ...requestWith(letIn), body: () => Promise.reject(new StateFunError("client-disconnected", "gone")) },
      {
        authorize: (request) => {
          void request.body();
          return false;
        },
      },
    );
    await new Promise((resolve) => setImmediate(resolve)); // node tells of unhandled rejections before this
    process.off("unhandledRejection", listener);

    expect(answered.status).toBe(401);
    expect(reports.map(({ code }) => code)).toEqual(["unauthorized"]);
    expect(unhandled).toEqual([]);
  });

  test.each([
    { what: "another method", change: { method: "GET" } },
    { what: "another media type", change: { header: () => "text/plain" } },
    { what: "no right to come in", change: {} },
  ])(
    "keeps the path, which may hold a secret, out of the report of a request with $what",
    async ({ change }) => {
      const { functions, reports } = handlerThat(() => letIn);

      await answer(
        functions,
        { ...requestWith(letIn), path: "/statefun/s3cret", ...change },
        { authorize: () => false },
      );

      expect(reports).toHaveLength(1);
      expect(String(reports[0]?.stack)).not.toContain("s3cret");
    },
  );
});

function raise(error: Error): never {
  throw error;
}

/** A handler as somebody might wrap ours: whatever is around it may do anything. */
describe("answerTo", () => {
  test("gives the answer at once where neither body nor batch is a promise", () => {
    const { functions } = handlerThat(() => Uint8Array.of(1, 2, 3));
    const given: Answer[] = [];

    answerTo(functions, arriving(Uint8Array.of(0)), {}, (ready) => given.push(ready));

    expect(given).toMatchObject([{ status: 200, body: Uint8Array.of(1, 2, 3) }]);
  });

  test("gives the answer of a batch that is a promise when that settles", async () => {
    const { functions } = handlerThat(() => Promise.resolve(Uint8Array.of(1)));

    const given = await new Promise((resolve) => {
      answerTo(functions, arriving(Uint8Array.of(0)), {}, resolve);
    });

    expect(given).toMatchObject({ status: 200, body: Uint8Array.of(1) });
  });

  test.each([
    { how: "throws", request: arriving(new StateFunError("request-too-large", "large"), "throw") },
    { how: "tells of a failure", request: arriving(new StateFunError("request-too-large", "large")) },
  ])("reports and answers once where the body $how", ({ request }) => {
    const { functions, reports, calls } = handlerThat(() => Uint8Array.of(1));
    const given: Answer[] = [];

    answerTo(functions, request, {}, (ready) => given.push(ready));

    expect(given).toMatchObject([{ status: 413 }]);
    expect(reports).toMatchObject([{ code: "request-too-large" }]);
    expect(calls).toEqual([]);
  });

  test("refuses by the head before it asks for the body", () => {
    const { functions } = handlerThat(() => Uint8Array.of(1));
    const given: Answer[] = [];
    let isAsked = false;

    answerTo(
      functions,
      { ...arriving(Uint8Array.of(0)), method: "GET", whenBody: () => (isAsked = true) },
      {},
      (ready) => given.push(ready),
    );

    expect(given).toMatchObject([{ status: 405 }]);
    expect(isAsked).toBe(false);
  });

  test("asks authorize first, where there is one", async () => {
    const { functions, calls } = handlerThat(() => Uint8Array.of(1));

    const given = await new Promise((resolve) => {
      answerTo(functions, arriving(Uint8Array.of(0)), { authorize: () => false }, resolve);
    });

    expect(given).toMatchObject({ status: 401 });
    expect(calls).toEqual([]);
  });
});

/** A request whose body is told in a call: bytes that arrive, or an error that is told or thrown. */
function arriving(body: Uint8Array | StateFunError, how: "tell" | "throw" = "tell"): ArrivingRequest {
  return {
    ...requestWith(body instanceof Uint8Array ? body : new Uint8Array(0)),
    whenBody: (_limit, received, failed) => {
      if (body instanceof Uint8Array) received(body);
      else if (how === "tell") failed(body);
      else throw body;
    },
  };
}

function handlerThat(handle: () => Uint8Array | Promise<Uint8Array>): {
  functions: RequestReplyHandler;
  reports: StateFunError[];
  calls: Uint8Array[];
} {
  const reports: StateFunError[] = [];
  const calls: Uint8Array[] = [];
  const functions: RequestReplyHandler = {
    functions: [],
    maxRequestBytes: 1000,
    handle: (request) => {
      calls.push(request);
      return handle();
    },
    report: (error) => reports.push(error),
  };
  return { functions, reports, calls };
}

function requestWith(body: Uint8Array): AdapterRequest {
  return { method: "POST", path: "/", header: () => undefined, body: () => body };
}
