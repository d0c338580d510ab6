import {
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type TextMapGetter,
  type TextMapSetter,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import type { Address } from "../sdk/address.js";
import { StateFunError } from "../sdk/errors.js";
import type { Headers } from "../sdk/headers.js";
import type { ObservedBatch, ObservedInvocation, Observer } from "../sdk/observer.js";
import { around } from "./around.js";

/** How spans are made. */
export interface OpenTelemetryOptions {
  /** Whose tracer makes the spans; the globally registered provider if left out. */
  readonly tracerProvider?: TracerProvider | undefined;
}

/** The name that the spans' instrumentation scope has. */
const scope = "statefun";

/** The batch that a context belongs to while it runs, and its handler's span while that is open. */
interface OpenBatch {
  readonly span: Span;
  readonly context: Context;
  handler: Span | undefined;
}

/** Under this key a handler's context holds its invocation: so it is known from a context that came from elsewhere. */
const invocationKey = createContextKey("statefun invocation");

/**
 * An observer that makes a span for each batch and, below it, one for each handler. The global propagator's headers
 * connect them with whoever sent the message, and with whoever gets what the handler sends. Given as the option
 * `observe` of `requestReplyHandler`; without a registered SDK of OpenTelemetry it does nothing.
 *
 * docs/observing.md lists spans, attributes and headers.
 */
export function opentelemetry(options: OpenTelemetryOptions = {}): Observer {
  const { tracerProvider } = options;
  const tracer = (): Tracer => (tracerProvider ?? trace).getTracer(scope);
  const batches = new WeakMap<Address, OpenBatch>();
  const handlers = new WeakMap<ObservedInvocation, Context>();
  return {
    batch(batch, run) {
      const { span, context: batchContext } = startedBatch(tracer(), batch);
      const open: OpenBatch = { span, context: batchContext, handler: undefined };
      batches.set(batch.self, open);
      const failed = (error: unknown): void => {
        // A handler that is still running has lost its batch, to a time-out or because the cluster hung up.
        if (open.handler !== undefined) endFailed(open.handler, error);
        open.handler = undefined;
        endFailed(span, error);
      };
      return around(
        () => context.with(batchContext, run),
        (answer) => {
          span.setAttribute("statefun.response.bytes", answer.length);
          span.end();
        },
        failed,
      );
    },
    invocation(invocation, run) {
      const open = batches.get(invocation.self);
      const { span, context: handlerContext } = startedHandler(tracer(), invocation, open);
      handlers.set(invocation, handlerContext);
      if (open !== undefined) open.handler = span;
      const ended = (end: () => void): void => {
        if (open !== undefined && open.handler !== span) return; // ended with its batch
        if (open !== undefined) open.handler = undefined;
        end();
      };
      return around(
        () => context.with(handlerContext, run),
        () => {
          ended(() => {
            span.end();
          });
        },
        (error) => {
          ended(() => {
            endFailed(span, error);
          });
        },
      );
    },
    outgoingHeaders(invocation, headers) {
      const active = context.active();
      const isOfHandler = active.getValue(invocationKey) === invocation;
      const from = isOfHandler ? active : handlers.get(invocation);
      return from === undefined ? headers : injected(from, headers);
    },
  };
}

/** Starts the span of a batch: below the one context that its messages come from, or else below the active one. */
function startedBatch(tracer: Tracer, batch: ObservedBatch): { span: Span; context: Context } {
  const active = context.active();
  const senders = batch.messageHeaders.flatMap((headers) => spanContextIn(headers) ?? []);
  const [first] = senders;
  const isOneTrace = first !== undefined && senders.every(({ traceId }) => traceId === first.traceId);
  const parent = isOneTrace ? trace.setSpanContext(active, first) : active;
  const local = trace.getSpanContext(active);
  const { self } = batch;
  const span = tracer.startSpan(
    `batch ${self.typename}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        ...attributesOf("batch", self),
        "messaging.batch.message_count": batch.invocations,
        "statefun.request.bytes": batch.requestBytes,
      },
      links: isOneTrace && local !== undefined ? [{ context: local }] : [],
    },
    parent,
  );
  return { span, context: trace.setSpan(active, span) };
}

/** Starts the span of a handler: below its batch, and linked with where its message was sent. */
function startedHandler(
  tracer: Tracer,
  invocation: ObservedInvocation,
  open: OpenBatch | undefined,
): { span: Span; context: Context } {
  const { self, caller, typename, headers } = invocation;
  const parent = open?.context ?? context.active();
  const attributes: Attributes = { ...attributesOf("process", self), "statefun.message.typename": typename };
  if (caller !== undefined) {
    attributes["statefun.caller.typename"] = caller.typename;
    attributes["statefun.caller.id"] = caller.id;
  }
  // Baggage, and whatever else the propagator reads, is the message's; the span becomes the handler's.
  const extracted = headers.length === 0 ? parent : propagation.extract(parent, headers, headerGetter);
  const sender = trace.getSpan(extracted);
  const links: Link[] =
    sender === undefined || sender === trace.getSpan(parent) ? [] : [{ context: sender.spanContext() }];
  const span = tracer.startSpan(
    `process ${self.typename}`,
    { kind: SpanKind.CONSUMER, attributes, links },
    parent,
  );
  return { span, context: trace.setSpan(extracted, span).setValue(invocationKey, invocation) };
}

function attributesOf(operation: "batch" | "process", { typename, id }: Address): Attributes {
  return {
    "messaging.system": "statefun",
    "messaging.operation.name": operation,
    "messaging.operation.type": "process",
    "messaging.destination.name": typename,
    "statefun.id": id,
  };
}

function endFailed(span: Span, error: unknown): void {
  const failure = StateFunError.from(error);
  const { cause } = failure;
  span.recordException(cause instanceof Error ? cause : failure);
  span.setAttribute("error.type", failure.code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
  span.end();
}

/** The span that a message was sent from, if its headers name one. */
function spanContextIn(headers: Headers): SpanContext | undefined {
  if (headers.length === 0) return undefined;
  return trace.getSpanContext(propagation.extract(ROOT_CONTEXT, headers, headerGetter));
}

/**
 * The headers with those of the propagator in place of older ones. All of its fields are replaced together: a
 * `tracestate` from before would belong to another `traceparent`.
 */
function injected(from: Context, headers: Headers): Headers {
  const written = new Map<string, string>();
  propagation.inject(from, written, headerSetter);
  if (written.size === 0) return headers;
  const replaced = new Set([...propagation.fields(), ...written.keys()]);
  return [
    ...headers.filter(({ key }) => !replaced.has(key)),
    ...Array.from(written, ([key, value]) => ({ key, value: encoder.encode(value) })),
  ];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const headerSetter: TextMapSetter<Map<string, string>> = {
  set(written, key, value) {
    written.set(key, value);
  },
};

/** Reads headers by their exact names: a header that occurs more than once is a list, a null header is none. */
const headerGetter: TextMapGetter<Headers> = {
  keys: (headers) => headers.map(({ key }) => key),
  get(headers, name) {
    const values = headers.flatMap(({ key, value }) =>
      key === name && value !== undefined ? [decoder.decode(value)] : [],
    );
    return values.length > 1 ? values : values[0];
  },
};
