import type { HandleOptions, RequestReplyHandler } from "statefun";
import type { FunctionAddress } from "../address.js";
import type { Clock } from "../clock.js";
import { abortAll, BudgetedCall, decoded, type CallBudget } from "./budgeted-call.js";
import { thrownText } from "./call-failure.js";
import { TimeLimit } from "./time-limit.js";
import type { AttemptListener, CallOutcome, Endpoint, Transport } from "./transport.js";

/** How functions of this process are called. */
export interface InProcessOptions {
  readonly clock: Clock;
  /** The budget of a call in milliseconds, all attempts and waits together; 2 minutes if left out. */
  readonly callMillis?: number;
  /** The backlog of one address from which on ingresses pause; 1000 if left out, 0 or less: never. */
  readonly maxNumBatchRequests?: number;
  readonly listener?: AttemptListener | undefined;
}

/** Functions that can be called without HTTP: a request-reply handler, or what stands in front of one. */
export interface CallableFunctions extends Pick<RequestReplyHandler, "handle"> {
  /** Which there are. */
  readonly functions: readonly { readonly typename: string }[];
}

/** As endpoints of a module file have it. */
const defaultCallMillis = 120_000;
const defaultMaxNumBatchRequests = 1000;

/**
 * Endpoints for functions of this process, one for each: they are called without HTTP, and a batch that fails is tried
 * again as the asynchronous transport tries again after a 500.
 */
export function inProcessEndpoints(functions: CallableFunctions, options: InProcessOptions): Endpoint[] {
  return functions.functions.map(({ typename }) => {
    const slash = typename.indexOf("/");
    return {
      functions: { namespace: typename.slice(0, slash), name: typename.slice(slash + 1) },
      maxNumBatchRequests: options.maxNumBatchRequests ?? defaultMaxNumBatchRequests,
      description: "in this process",
      transportFor: () => inProcessTransport(functions, options),
    };
  });
}

function inProcessTransport(functions: CallableFunctions, options: InProcessOptions): Transport {
  const { clock, listener, callMillis = defaultCallMillis } = options;
  const budget: CallBudget = {
    clock,
    listener,
    limit: new TimeLimit(clock, callMillis),
    place: "its function in this process",
    advice: "Make the function answer this batch; what it threw is the cause of this error.",
  };
  return {
    call(target, request, outcome) {
      const call = new InProcessCall(functions, request, target, budget, outcome);
      call.begin();
      return call;
    },
    close() {
      abortAll(budget);
      return Promise.resolve();
    },
  };
}

/** It is what its handler is given as options, and makes the signal only if the batch is answered later. */
class InProcessCall extends BudgetedCall implements HandleOptions {
  readonly #functions: CallableFunctions;
  readonly #request: Uint8Array;
  #hangUp: AbortController | undefined;

  constructor(
    functions: CallableFunctions,
    request: Uint8Array,
    target: FunctionAddress,
    budget: CallBudget,
    outcome: CallOutcome,
  ) {
    super(target, budget, outcome);
    this.#functions = functions;
    this.#request = request;
  }

  get signal(): AbortSignal {
    this.#hangUp ??= new AbortController();
    return this.#hangUp.signal;
  }

  protected override attempt(): void {
    this.#hangUp = undefined;
    let answer: Uint8Array | Promise<Uint8Array>;
    try {
      answer = this.#functions.handle(this.#request, this);
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (!("then" in answer)) this.#answered(answer);
    else {
      answer.then(
        (bytes) => {
          this.#answered(bytes);
        },
        (error: unknown) => {
          this.#failed(error);
        },
      );
    }
  }

  protected override abandonAttempt(): void {
    this.#hangUp?.abort();
  }

  #answered(bytes: Uint8Array): void {
    if (this.over) return;
    const response = decoded(bytes);
    if ("why" in response) this.attemptFailed(response);
    else this.attemptSucceeded(response, bytes);
  }

  #failed(error: unknown): void {
    if (!this.over) this.attemptFailed({ why: `the function failed: ${thrownText(error)}`, cause: error });
  }
}
