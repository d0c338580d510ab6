import type { Address } from "./address.js";
import { printAddress } from "./address.js";
import type { EffectsTrace } from "./effects.js";
import { Effects } from "./effects.js";
import type { StateFunErrorCode } from "./errors.js";
import { located, StateFunError } from "./errors.js";
import type { Headers } from "./headers.js";
import { noHeaders } from "./headers.js";
import { InvocationContext } from "./invocation-context.js";
import { ObservedContext } from "./observed-context.js";
import type { ObservedBatch } from "./observer.js";
import { isThenable } from "./observer.js";
import type { Observers } from "./observers.js";
import { quoted } from "./quoted.js";
import type { FailureSite } from "./request-reply-handler.js";
import type { PreparedFunction } from "./stateful-function.js";
import type { BatchScope, StateDefinition } from "./storage/value.js";
import { Cell } from "./storage/value.js";
import { stateNamed } from "./storage/storage.js";
import type { Codec } from "./values/codec.js";
import { ReceivedMessage } from "./values/message.js";
import type { InvocationView, RequestView, StateView } from "./wire/request.js";
import { incompleteResponse } from "./wire/response.js";

/** What every batch of a handler has in common. */
export interface BatchSettings {
  report(error: StateFunError, site: FailureSite): void;
  readonly observers: Observers | undefined;
  readonly trace: EffectsTrace | undefined;
}

/** One request while it runs: its messages in order, one at a time, over one storage; all of it succeeds or nothing. */
export class Batch implements BatchScope {
  readonly effects: Effects;
  storage: object = {};
  readonly #function: PreparedFunction;
  readonly #request: RequestView;
  readonly #settings: BatchSettings;
  #cells: readonly Cell[] = [];
  #self: Address | undefined;
  #abort: AbortController | undefined;
  #state: "open" | "answering" | "answered" | "failed" = "open";
  #failure: StateFunError | undefined;
  #lateUseReported = false;

  constructor(prepared: PreparedFunction, request: RequestView, settings: BatchSettings) {
    this.#function = prepared;
    this.#request = request;
    this.#settings = settings;
    this.effects = new Effects(settings.trace);
  }

  get self(): Address {
    return (this.#self ??= Object.freeze({ typename: this.#function.typename, id: this.#request.target.id }));
  }

  /** Aborts when the batch fails while a handler is still running. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#failure !== undefined) this.#abort.abort(this.#failure);
    }
    return this.#abort.signal;
  }

  /** Runs the batch. Throws or rejects with the error that was reported. */
  run(): Uint8Array | Promise<Uint8Array> {
    const { invocations, states } = this.#request;
    if (invocations.length === 0) return this.#answer();
    const { layout } = this.#function;
    const { definitions } = layout;
    const cells = new Array<Cell>(definitions.length);
    for (let i = 0; i < cells.length; i++) {
      const definition = definitions[i] as StateDefinition;
      const state = stateNamed(states, definition.name);
      if (state === undefined) return incompleteResponse(missingSpecs(definitions, states));
      cells[i] = new Cell(this, definition, state);
    }
    this.#cells = cells;
    this.storage = layout.over(cells);

    for (let i = 0; i < invocations.length; i++) {
      const pending = this.#invoke(invocations[i] as InvocationView);
      if (pending !== undefined) return this.#runRest(pending, i);
    }
    return this.#answer();
  }

  /** Ends the batch with an error, which is reported unless the batch has ended already. Its effects are dropped. */
  fail(error: StateFunError): StateFunError {
    if (this.#state === "answered" || this.#state === "failed") return this.#failure ?? error;
    this.#state = "failed";
    this.#failure = error;
    this.effects.release();
    this.#settings.report(error, this.#site());
    this.#abort?.abort(error);
    return error;
  }

  assertOpen(): void {
    if (this.#state === "open") return;
    const error = new StateFunError(
      "context-closed",
      `the context of ${printAddress(this.self)} was used after its batch had ended, so this has no effect: await everything that a handler starts`,
      { typename: this.self.typename, id: this.self.id },
    );
    // A failed batch is sent again as a whole, so nothing is lost with it; an answered one has lost this effect.
    if (this.#state === "answered" && !this.#lateUseReported) {
      this.#lateUseReported = true;
      this.#settings.report(error, this.#site());
    }
    throw error;
  }

  /** The asynchronous part: waits for a handler, then goes on with the invocations behind it. */
  async #runRest(pending: PromiseLike<unknown>, index: number): Promise<Uint8Array> {
    const { invocations } = this.#request;
    let awaited: PromiseLike<unknown> | undefined = pending;
    for (let i = index; ; awaited = this.#invoke(invocations[i] as InvocationView)) {
      if (awaited !== undefined) {
        try {
          await awaited;
        } catch (error) {
          throw this.#failedHandler(error, invocations[i] as InvocationView);
        }
        if (this.#failure !== undefined) throw this.#failure;
      }
      if (++i === invocations.length) return this.#answer();
    }
  }

  /** Runs one handler. Returns what is to be waited for, if anything. */
  #invoke(invocation: InvocationView): PromiseLike<unknown> | undefined {
    const observers = this.#settings.observers;
    try {
      const result =
        observers === undefined
          ? this.#call(new InvocationContext(this, invocation), invocation)
          : this.#callObserved(observers, invocation);
      return result !== undefined && isThenable(result) ? result : undefined;
    } catch (error) {
      throw this.#failedHandler(error, invocation);
    }
  }

  #call(context: InvocationContext, invocation: InvocationView): unknown {
    const { handlers, otherwise } = this.#function;
    // Messages of one type mostly follow each other, and their typenames are the same string then.
    const last = this.#function.lastHandler;
    const found = last?.codec.typename === invocation.typename ? last : handlers.get(invocation.typename);
    if (found !== undefined) {
      this.#function.lastHandler = found;
      const { codec, handle } = found;
      return handle(context, this.#valueOf(codec, invocation));
    }
    if (otherwise !== undefined) return otherwise(context, new ReceivedMessage(invocation));
    throw new StateFunError(
      "unhandled-message",
      `${printAddress(this.self)} got a message of type ${quoted(invocation.typename)}, which ${this.#function.typename} does not accept: accept it, or give the function an otherwise`,
      { typename: this.self.typename, id: this.self.id },
    );
  }

  #callObserved(observers: Observers, invocation: InvocationView): unknown {
    const plain = new InvocationContext(this, invocation);
    const { outgoingHeaders, invocation: watch } = observers;
    if (watch === undefined && outgoingHeaders === undefined) return this.#call(plain, invocation);
    const info = {
      self: this.self,
      caller: plain.caller,
      typename: invocation.typename,
      headers: plain.headers,
    };
    const failed = (error: StateFunError): void => {
      this.#settings.report(error, this.#site());
    };
    const context =
      outgoingHeaders === undefined
        ? plain
        : new ObservedContext(this, invocation, (headers) => outgoingHeaders(info, headers, failed));
    if (watch === undefined) return this.#call(context, invocation);
    return watch(info, () => this.#callToTheEnd(context, invocation) as void | Promise<void>, failed);
  }

  /** Runs one handler so that what it throws or rejects with is the batch's failure, as observers are to see it. */
  #callToTheEnd(context: InvocationContext, invocation: InvocationView): unknown {
    const failed = (error: unknown): never => {
      throw this.#failedHandler(error, invocation);
    };
    try {
      const result = this.#call(context, invocation);
      return isThenable(result) ? Promise.resolve(result).catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  }

  #valueOf(codec: Codec<unknown>, invocation: InvocationView): unknown {
    if (invocation.hasValue) {
      try {
        return codec.read(invocation.bytes, invocation.valueStart, invocation.valueEnd);
      } catch (error) {
        const { typename, id } = this.self;
        throw located(StateFunError.from(error), `a message for ${printAddress(this.self)}`, {
          typename,
          id,
        });
      }
    }
    throw new StateFunError(
      "serialization",
      `a message for ${printAddress(this.self)} is of type ${codec.typename} and has no value; only otherwise takes such a message`,
      { typename: this.self.typename, id: this.self.id },
    );
  }

  #failedHandler(thrown: unknown, invocation: InvocationView): StateFunError {
    if (this.#failure !== undefined) return this.#failure;
    const { typename, id } = this.self;
    const where = `the handler of ${quoted(invocation.typename)} in ${printAddress(this.self)}`;
    if (!(thrown instanceof StateFunError))
      return this.fail(StateFunError.from(thrown, where, { typename, id }));
    if (!codesOfHandlers.has(thrown.code)) {
      const wrapped = new StateFunError("function-failed", `${where} threw: ${thrown.message}`, {
        typename,
        id,
        cause: thrown,
      });
      return this.fail(wrapped);
    }
    return this.fail(thrown);
  }

  #answer(): Uint8Array {
    // From here on nothing can be added: a serializer that uses the context would change what is being written.
    this.#state = "answering";
    try {
      for (const cell of this.#cells) {
        if (cell.isChanged) cell.writeTo(this.effects);
      }
    } catch (error) {
      throw this.fail(StateFunError.from(error));
    }
    if (this.#failure !== undefined) throw this.#failure;
    this.#state = "answered";
    return this.effects.taken();
  }

  #site(): FailureSite {
    const { typename, id } = this.self;
    return { typename, id };
  }
}

/** A batch as observers see it. */
export class BatchInfo implements ObservedBatch {
  declare readonly self: Address;
  declare readonly invocations: number;
  declare readonly requestBytes: number;
  readonly #request: RequestView;

  constructor(self: Address, request: RequestView, requestBytes: number) {
    this.self = self;
    this.invocations = request.invocations.length;
    this.requestBytes = requestBytes;
    this.#request = request;
  }

  get messageHeaders(): readonly Headers[] {
    return this.#request.invocations.map((message) => (message.hasHeaders ? message.headers() : noHeaders));
  }
}

/**
 * The codes that a handler's failure may have. Any other is about a request or its transport, and would choose an
 * answer that makes the cluster give up.
 */
const codesOfHandlers: ReadonlySet<StateFunErrorCode> = new Set([
  "invalid-argument",
  "serialization",
  "unhandled-message",
  "function-failed",
  "context-closed",
]);

/** The specs of the states that the request does not carry: exactly those, for the cluster to register. */
function missingSpecs(definitions: readonly StateDefinition[], states: readonly StateView[]): Uint8Array[] {
  return definitions.filter(({ name }) => stateNamed(states, name) === undefined).map(({ spec }) => spec);
}
