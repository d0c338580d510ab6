import { printAddress } from "./address.js";
import { Batch, BatchInfo } from "./batch.js";
import type { Duration } from "./duration.js";
import { durationMillis } from "./duration.js";
import type { EffectsTrace } from "./effects.js";
import { StateFunError } from "./errors.js";
import type { Observer } from "./observer.js";
import { isThenable } from "./observer.js";
import type { Observers } from "./observers.js";
import { observersOf } from "./observers.js";
import type { FailureSite, HandleOptions, RequestReplyHandler } from "./request-reply-handler.js";
import { quoted } from "./quoted.js";
import type { AnyStatefulFunction, PreparedFunction } from "./stateful-function.js";
import { preparedFunction } from "./stateful-function.js";
import { describeValue } from "./values/codec.js";
import { guarded } from "./guard.js";
import type { AddressView, RequestView } from "./wire/request.js";
import { readRequest } from "./wire/request.js";

/** The default of `maxRequestBytes`: twice the largest answer that a cluster accepts by default. */
const defaultMaxRequestBytes = 64 * 1024 * 1024;

/** The largest time-out that timers of JavaScript can carry, in milliseconds. */
const longestTimeoutMillis = 0x7fff_ffff;

/** How functions are served. */
export interface RequestReplyOptions {
  /** The largest request body that adapters read, in bytes; 64 MiB if left out. One byte more is `request-too-large`. */
  readonly maxRequestBytes?: number;
  /** How long the handlers of one batch may take before it fails with `batch-timeout`; for ever if left out. */
  readonly batchTimeout?: Duration;
  /** Told of every failure, exactly once; by default one `console.error` with the address, the code and the stack. */
  readonly onError?: (error: StateFunError, site: FailureSite) => void;
  /**
   * Watches batches and invocations, for metrics and spans; costs nothing if left out. Of several, the first is
   * outermost.
   */
  readonly observe?: Observer | readonly Observer[];
}

/** Options with every default filled in. */
interface Settings {
  readonly maxRequestBytes: number;
  readonly batchTimeoutMillis: number | undefined;
  readonly onError: (error: StateFunError, site: FailureSite) => unknown;
  readonly observers: Observers | undefined;
}

/**
 * Puts functions behind one endpoint: the bytes of a `ToFunction` in, the bytes of a `FromFunction` out. The adapters
 * of `statefun/node`, `statefun/express` and the others serve what it returns.
 *
 * @throws StateFunError `invalid-argument` if a function is given twice or is none, or an option is out of range
 */
export function requestReplyHandler(
  functions: readonly AnyStatefulFunction[],
  options: RequestReplyOptions = {},
): RequestReplyHandler {
  return handlerWith(functions, options, undefined);
}

/** The handler, with a trace of what was encoded, which tests need to decode it again. */
export function handlerWith(
  functions: readonly unknown[],
  options: RequestReplyOptions,
  trace: EffectsTrace | undefined,
): RequestReplyHandler {
  return new Handler(functions, completed(options), trace);
}

class Handler implements RequestReplyHandler {
  readonly functions: readonly AnyStatefulFunction[];
  readonly maxRequestBytes: number;
  readonly #byNamespace: ReadonlyMap<string, ReadonlyMap<string, PreparedFunction>>;
  readonly #settings: Settings;
  readonly #batchSettings;
  #last: PreparedFunction | undefined;

  constructor(functions: readonly unknown[], settings: Settings, trace: EffectsTrace | undefined) {
    this.#byNamespace = registered(functions);
    this.functions = Object.freeze([...functions] as AnyStatefulFunction[]);
    this.maxRequestBytes = settings.maxRequestBytes;
    this.#settings = settings;
    this.#batchSettings = {
      observers: settings.observers,
      trace,
      report: (error: StateFunError, site: FailureSite) => {
        this.report(error, site);
      },
    };
  }

  handle(request: Uint8Array, options?: HandleOptions): Uint8Array | Promise<Uint8Array> {
    // Read: the batch, as views on the request's bytes.
    const view = this.#read(request);
    // Find: the function it is for.
    const prepared = this.#find(view.target);
    if (prepared === undefined) throw this.#unknownFunction(view);
    // Run: its handlers, in order, over one storage.
    const batch = new Batch(prepared, view, this.#batchSettings);
    // Answer: now, or when the last handler is done.
    const watch = this.#settings.observers?.batch;
    return watch === undefined
      ? this.#run(batch, options)
      : this.#observed(watch, batch, view, request.length, options);
  }

  report(error: StateFunError, site: FailureSite = {}): void {
    this.#settings.observers?.failure?.(error, site, reportToConsole);
    const failed = (failure: unknown): void => {
      reportToConsole(failure);
      reportToConsole(error);
    };
    try {
      const reported = this.#settings.onError(error, site);
      // An async onError that rejects must not end the process: nobody waits for it.
      if (isThenable(reported)) reported.then(undefined, failed);
    } catch (failure) {
      failed(failure);
    }
  }

  #run(batch: Batch, options: HandleOptions | undefined): Uint8Array | Promise<Uint8Array> {
    const answer = batch.run();
    if (answer instanceof Uint8Array) return answer;
    return guarded(batch, answer, options, this.#settings.batchTimeoutMillis);
  }

  #read(request: Uint8Array): RequestView {
    try {
      // Node's buffers are byte arrays of a class of their own; one class throughout keeps the reading fast.
      const bytes =
        request.constructor === Uint8Array
          ? request
          : new Uint8Array(request.buffer, request.byteOffset, request.byteLength);
      const view = readRequest(bytes);
      if (view !== undefined) return view;
      throw new StateFunError(
        "malformed-request",
        `the request (${String(request.length)} bytes) is not a ToFunction with a target; is the caller a StateFun cluster?`,
      );
    } catch (error) {
      const failure = StateFunError.from(error, "reading the request");
      this.report(failure);
      throw failure;
    }
  }

  /** The function of a target. Requests mostly come for the function of the last one, by the same two strings. */
  #find({ namespace, name }: AddressView): PreparedFunction | undefined {
    const last = this.#last;
    if (last?.name === name && last.namespace === namespace) return last;
    const found = this.#byNamespace.get(namespace)?.get(name);
    if (found !== undefined) this.#last = found;
    return found;
  }

  #unknownFunction({ target }: RequestView): StateFunError {
    const typename = `${target.namespace}/${target.name}`;
    const known = this.functions.map((served) => served.typename).join(", ");
    const error = new StateFunError(
      "unknown-function",
      `no function ${quoted(typename)} is served here; there ${known === "" ? "is none" : `is ${known}`}: add it to requestReplyHandler([…]), or correct the module's endpoint`,
      { typename, id: target.id },
    );
    this.report(error, { typename, id: target.id });
    return error;
  }

  #observed(
    watch: NonNullable<Observers["batch"]>,
    batch: Batch,
    view: RequestView,
    requestBytes: number,
    options: HandleOptions | undefined,
  ): Uint8Array | Promise<Uint8Array> {
    const info = new BatchInfo(batch.self, view, requestBytes);
    return watch(
      info,
      () => this.#run(batch, options),
      (error) => {
        this.report(error, info.self);
      },
    );
  }
}

function registered(
  functions: readonly unknown[],
): ReadonlyMap<string, ReadonlyMap<string, PreparedFunction>> {
  if (!Array.isArray(functions)) {
    throw new StateFunError(
      "invalid-argument",
      `requestReplyHandler was given ${describeValue(functions)}, which is not a list: write requestReplyHandler([cart, billing])`,
    );
  }
  const byNamespace = new Map<string, Map<string, PreparedFunction>>();
  for (const given of functions) {
    const prepared = preparedFunction(given);
    if (prepared === undefined) {
      throw new StateFunError(
        "invalid-argument",
        `requestReplyHandler was given ${describeValue(given)}, which is not a function: pass what statefulFunction(…) returned`,
      );
    }
    const { namespace, name, typename } = prepared;
    const inNamespace = byNamespace.get(namespace) ?? new Map<string, PreparedFunction>();
    if (inNamespace.has(name)) {
      throw new StateFunError("invalid-argument", `the function ${typename} is given twice: remove one`, {
        typename,
      });
    }
    byNamespace.set(namespace, inNamespace.set(name, prepared));
  }
  return byNamespace;
}

function completed(options: RequestReplyOptions): Settings {
  const { maxRequestBytes = defaultMaxRequestBytes, batchTimeout, onError = printFailure, observe } = options;
  if (!Number.isSafeInteger(maxRequestBytes) || maxRequestBytes < 1) {
    throw new StateFunError(
      "invalid-argument",
      `maxRequestBytes is ${describeValue(maxRequestBytes)}, not a whole number of bytes from 1 on`,
    );
  }
  if (typeof (onError as unknown) !== "function") {
    throw new StateFunError("invalid-argument", `onError is ${describeValue(onError)}, not a function`);
  }
  const batchTimeoutMillis =
    batchTimeout === undefined ? undefined : durationMillis(batchTimeout, "batchTimeout");
  if (
    batchTimeoutMillis !== undefined &&
    (batchTimeoutMillis < 1 || batchTimeoutMillis > longestTimeoutMillis)
  ) {
    throw new StateFunError(
      "invalid-argument",
      `batchTimeout is ${String(batchTimeoutMillis)} ms: choose from 1 ms to 24 days, or leave it out to wait for ever`,
    );
  }
  return { maxRequestBytes, batchTimeoutMillis, onError, observers: observersOf(observe) };
}

/** The default of `onError`: one line that says where, and the error with its code and stack. */
function printFailure(error: StateFunError, { typename, id }: FailureSite): void {
  const where = typename === undefined ? "a request" : printAddress({ typename, id: id ?? "" });
  reportToConsole(error, `statefun: ${where} failed:`);
}

function reportToConsole(error: unknown, ...before: string[]): void {
  (globalThis as { readonly console?: Pick<Console, "error"> }).console?.error(...before, error);
}
