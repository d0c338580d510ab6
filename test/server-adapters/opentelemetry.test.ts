import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { functionType, statefulFunction, types, type Context, type RequestReplyOptions } from "statefun";
import { opentelemetry } from "statefun/opentelemetry";
import { decode } from "../support/decode.js";
import { gate } from "../support/gate.js";
import { recordingHandler, type RecordingHandler } from "../support/recording-handler.js";
import { defaultTarget, toFunction } from "../support/to-function.js";
import { wireValue, type WireHeader, type WireValue } from "../support/wire-value.js";
import { fn, fnOtherwise, T, ways } from "../sdk/conformance/ns-fn.js";

const spans = new InMemorySpanExporter();
const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${spanId}-01`;
const otherTraceparent = "00-11111111111111111111111111111111-2222222222222222-01";

/** A header as it stands on the wire. */
function header(key: string, text: string): WireHeader {
  return { key, hex: Buffer.from(text).toString("hex") };
}

/** A message with headers of the names and texts given. */
function message(text: string, headers: Readonly<Record<string, string>> = {}): WireValue {
  return { ...wireValue.string(text), headers: Object.entries(headers).map(([k, v]) => header(k, v)) };
}

function texts(headers: readonly WireHeader[] = []): Record<string, string> {
  return Object.fromEntries(headers.map(({ key, hex = "" }) => [key, Buffer.from(hex, "hex").toString()]));
}

function spanNamed(name: string): ReadableSpan {
  const found = spans.getFinishedSpans().filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0] as ReadableSpan;
}

function serving(
  handle: (context: Context, text: string) => void | PromiseLike<void>,
  options: Omit<RequestReplyOptions, "onError" | "observe"> = {},
): RecordingHandler {
  return recordingHandler([fn({}, handle)], { ...options, observe: opentelemetry() });
}

function batchOf(...messages: readonly WireValue[]): Uint8Array {
  return toFunction({ invocations: messages });
}

beforeEach(() => {
  spans.reset();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  );
  propagation.setGlobalPropagator(
    new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
  );
});

afterEach(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

describe.each([
  ["without a context manager", () => undefined],
  [
    "with a context manager",
    () => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()),
  ],
])("%s", (_manager, setUp) => {
  beforeEach(setUp);

  describe.each(ways)("around %s", (_way, way) => {
    test("a batch is a server span, and each handler a span below it", async () => {
      const handler = serving(way(() => undefined));

      const answer = await handler.answer(batchOf(message("a"), message("b")));

      const [first, second, batch] = spans.getFinishedSpans();
      expect(batch).toMatchObject({
        name: "batch ns/fn",
        kind: SpanKind.SERVER,
        status: { code: SpanStatusCode.UNSET },
        parentSpanContext: undefined,
        instrumentationScope: { name: "statefun" },
      });
      expect(batch?.attributes).toEqual({
        "messaging.system": "statefun",
        "messaging.operation.name": "batch",
        "messaging.operation.type": "process",
        "messaging.destination.name": "ns/fn",
        "messaging.batch.message_count": 2,
        "statefun.id": "1",
        "statefun.request.bytes": batchOf(message("a"), message("b")).length,
        "statefun.response.bytes": answer.length,
      });
      for (const span of [first, second]) {
        expect(span).toMatchObject({ name: "process ns/fn", kind: SpanKind.CONSUMER });
        expect(span?.parentSpanContext?.spanId).toBe(batch?.spanContext().spanId);
        expect(span?.spanContext().traceId).toBe(batch?.spanContext().traceId);
      }
      expect(spans.getFinishedSpans()).toHaveLength(3);
    });

    test("a message's trace goes on: its sender is the batch's parent and the handler's link", async () => {
      const handler = serving(way(() => undefined));

      await handler.answer(batchOf(message("a", { traceparent, tracestate: "shop=1" })));

      const batch = spanNamed("batch ns/fn");
      const process = spanNamed("process ns/fn");
      expect(batch.parentSpanContext).toMatchObject({ traceId, spanId, isRemote: true });
      expect(process.spanContext().traceId).toBe(traceId);
      expect(process.parentSpanContext?.spanId).toBe(batch.spanContext().spanId);
      expect(process.links.map((link) => link.context.spanId)).toEqual([spanId]);
      expect(process.spanContext().traceState?.serialize()).toBe("shop=1");
    });

    test("a batch of messages from several traces begins its own, linked with each", async () => {
      const handler = serving(way(() => undefined));

      await handler.answer(
        batchOf(message("a", { traceparent }), message("b", { traceparent: otherTraceparent }), message("c")),
      );

      const batch = spanNamed("batch ns/fn");
      const handlers = spans.getFinishedSpans().filter(({ name }) => name === "process ns/fn");
      expect(batch.parentSpanContext).toBeUndefined();
      expect(handlers.map(({ links }) => links.map((link) => link.context.traceId))).toEqual([
        [traceId],
        ["1".repeat(32)],
        [],
      ]);
      expect(new Set(handlers.map((span) => span.parentSpanContext?.spanId))).toEqual(
        new Set([batch.spanContext().spanId]),
      );
    });

    test("a message to another function carries the handler's span, and that function goes on with it", async () => {
      const pong = statefulFunction(functionType("ns/pong", [types.string]), {
        on: { [types.string.typename]: way(() => undefined) },
      });
      const ping = fn(
        {},
        way((given, text) => {
          given.send({ typename: "ns/pong", id: "2" }, types.string(text));
          given.sendAfter({ seconds: 1 }, { typename: "ns/pong", id: "2" }, types.string(text));
        }),
      );
      const handler = recordingHandler([ping, pong], { observe: opentelemetry() });

      const { messages, delayed } = decode(
        await handler.answer(batchOf(message("a", { traceparent, tracestate: "shop=1" }))),
      );
      const sent = messages[0]?.argument as WireValue;
      await handler.answer(
        toFunction({
          target: { ...defaultTarget, type: "pong", id: "2" },
          invocations: [{ caller: defaultTarget, argument: sent }],
        }),
      );

      const sender = spanNamed("process ns/fn").spanContext();
      expect(texts(sent.headers)).toEqual({
        traceparent: `00-${traceId}-${sender.spanId}-01`,
        tracestate: "shop=1",
      });
      expect(delayed[0]?.argument?.headers).toEqual(sent.headers);
      expect(spanNamed("batch ns/pong").parentSpanContext?.spanId).toBe(sender.spanId);
      const receiver = spanNamed("process ns/pong");
      expect(receiver.spanContext().traceId).toBe(traceId);
      expect(receiver.attributes).toMatchObject({
        "statefun.caller.typename": "ns/fn",
        "statefun.caller.id": "1",
        "statefun.message.typename": types.string.typename,
      });
    });

    test("baggage goes on from message to message", async () => {
      const handler = serving(
        way((given) => {
          given.send(T.address("1"), types.int(7));
        }),
      );

      const { messages } = decode(
        await handler.answer(batchOf(message("a", { traceparent, baggage: "tenant=blue" }))),
      );

      expect(texts(messages[0]?.argument?.headers).baggage).toBe("tenant=blue");
    });

    test("headers of the author's stay, and older ones of the propagator are replaced", async () => {
      const handler = serving(
        way((given) => {
          given.send(T.address("1"), types.int(7), {
            headers: [
              { key: "traceparent", value: Buffer.from(otherTraceparent) },
              { key: "tracestate", value: Buffer.from("stale=1") },
              { key: "mine", value: undefined },
            ],
          });
        }),
      );

      const { messages } = decode(await handler.answer(batchOf(message("a"))));

      const { traceId: own, spanId: of } = spanNamed("process ns/fn").spanContext();
      expect(messages[0]?.argument?.headers).toEqual([
        { key: "mine" },
        header("traceparent", `00-${own}-${of}-01`),
      ]);
    });

    test("a received message that is sent on gets the handler's span in place of its sender's", async () => {
      const handler = recordingHandler(
        [
          fnOtherwise(
            {},
            way((given, received) => {
              given.send(T.address("1"), received);
            }),
          ),
        ],
        { observe: opentelemetry() },
      );

      const { messages } = decode(
        await handler.answer(batchOf(message("a", { mine: "1", traceparent, tracestate: "shop=1" }))),
      );

      const { spanId: of } = spanNamed("process ns/fn").spanContext();
      expect(messages[0]?.argument?.headers).toEqual([
        header("mine", "1"),
        header("traceparent", `00-${traceId}-${of}-01`),
        header("tracestate", "shop=1"),
      ]);
    });

    test("a handler that fails marks its span and its batch's with the error", async () => {
      const handler = serving(
        way(() => {
          throw new RangeError("boom");
        }),
      );

      const failure = await handler.failure(batchOf(message("a")));

      for (const name of ["process ns/fn", "batch ns/fn"]) {
        const span = spanNamed(name);
        expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: failure.message });
        expect(span.attributes["error.type"]).toBe("function-failed");
        expect(span.events.map((event) => event.attributes?.["exception.message"])).toEqual(["boom"]);
      }
    });
  });

  test("interleaved batches keep their contexts apart", async () => {
    const gates = { a: gate(), b: gate() };
    const handler = serving(async (given, text) => {
      await gates[text as "a" | "b"].passed;
      given.send(T.address(text), types.string(text) as never);
      await Promise.resolve();
      given.send(T.address(text), types.string(text) as never);
    });

    const a = handler.answer(batchOf(message("a", { traceparent })));
    const b = handler.answer(batchOf(message("b", { traceparent: otherTraceparent })));
    gates.b.open();
    const ofB = decode(await b).messages;
    gates.a.open();
    const ofA = decode(await a).messages;

    const traces = (messages: typeof ofA): (string | undefined)[] =>
      messages.map(({ argument }) => texts(argument?.headers).traceparent?.slice(3, 35));
    expect(traces(ofA)).toEqual([traceId, traceId]);
    expect(traces(ofB)).toEqual(["1".repeat(32), "1".repeat(32)]);
  });

  test("a batch that times out ends its handler's span too, once", async () => {
    const held = gate();
    const handler = serving(() => held.passed, { batchTimeout: { milliseconds: 1 } });

    await handler.failure(batchOf(message("a")));
    held.open();
    await new Promise((resolve) => setImmediate(resolve));

    expect(spanNamed("process ns/fn").attributes["error.type"]).toBe("batch-timeout");
    expect(spanNamed("batch ns/fn").attributes["error.type"]).toBe("batch-timeout");
  });
});

describe("with a context manager", () => {
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });

  test("spans of the handler's own nest below it, and a send inside one carries that one", async () => {
    const tracer = trace.getTracer("of the author");
    const handler = serving(async (given) => {
      await Promise.resolve();
      await tracer.startActiveSpan("look up", async (span: Span) => {
        await Promise.resolve();
        given.send(T.address("1"), types.int(7));
        span.end();
      });
      given.send(T.address("1"), types.int(8));
    });

    const { messages } = decode(await handler.answer(batchOf(message("a"))));

    const process = spanNamed("process ns/fn").spanContext().spanId;
    const lookUp = spanNamed("look up");
    expect(lookUp.parentSpanContext?.spanId).toBe(process);
    expect(messages.map(({ argument }) => texts(argument?.headers).traceparent?.split("-")[2])).toEqual([
      lookUp.spanContext().spanId,
      process,
    ]);
  });

  test("a batch without traced messages stands below the active span; one with them is linked with it", async () => {
    const tracer = trace.getTracer("of the host");
    const handler = serving(() => undefined);

    await tracer.startActiveSpan("POST", async (span: Span) => {
      await handler.answer(batchOf(message("a")));
      await handler.answer(batchOf(message("a", { traceparent })));
      span.end();
    });

    const post = spanNamed("POST").spanContext().spanId;
    const [below, linked] = spans.getFinishedSpans().filter(({ name }) => name === "batch ns/fn");
    expect(below?.parentSpanContext?.spanId).toBe(post);
    expect(linked?.parentSpanContext?.spanId).toBe(spanId);
    expect(linked?.links.map((link) => link.context.spanId)).toEqual([post]);
  });

  test("a send that another batch's handler calls carries the span of the handler whose it is", async () => {
    const handed = gate<() => void>();
    const called = gate();
    const handler = serving(async (given, text) => {
      if (text === "first") {
        handed.open(() => {
          given.send(T.address("1"), types.int(7));
        });
        await called.passed;
      } else {
        (await handed.passed)();
        called.open();
      }
    });

    const first = handler.answer(batchOf(message("first", { traceparent })));
    await handler.answer(batchOf(message("second", { traceparent: otherTraceparent })));
    const [sent] = decode(await first).messages;

    expect(texts(sent?.argument?.headers).traceparent?.slice(3, 35)).toBe(traceId);
  });
});

test("without an SDK of OpenTelemetry, answers are byte for byte what they are unobserved", async () => {
  trace.disable();
  propagation.disable();
  const handle = (given: Context): void => {
    given.send(T.address("1"), types.int(7));
  };

  const observed = await serving(handle).answer(batchOf(message("a", { traceparent })));
  const plain = await recordingHandler([fn({}, handle)]).answer(batchOf(message("a", { traceparent })));

  expect(observed).toEqual(plain);
});

test("a provider that is given makes the spans", async () => {
  const own = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(own)] });
  const handler = recordingHandler([fn({}, () => undefined)], {
    observe: opentelemetry({ tracerProvider }),
  });

  await handler.answer(batchOf(message("a")));

  expect(own.getFinishedSpans()).toHaveLength(2);
  expect(spans.getFinishedSpans()).toEqual([]);
});
