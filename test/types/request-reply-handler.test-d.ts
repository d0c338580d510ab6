// requestReplyHandler: what it takes, what it is, and what watches it.
import {
  requestReplyHandler,
  statefulFunction,
  StateFunError,
  types,
  type Address,
  type AnyStatefulFunction,
  type FailureSite,
  type Headers,
  type ObservedBatch,
  type ObservedInvocation,
  type Observer,
  type RequestReplyHandler,
  type RequestReplyOptions,
  type StateFunErrorCode,
} from "statefun";
import { exactly, fits } from "./exactly.js";
import { cart } from "./shop/cart.js";
import { Billing, Charge } from "./shop/contract.js";

const billing = statefulFunction(Billing, { on: { [Charge.typename]: () => undefined } });

// Functions of different types, served together.
const functions = requestReplyHandler([cart, billing]);
exactly<RequestReplyHandler>()(functions);
exactly<Uint8Array | Promise<Uint8Array>>()(functions.handle(new Uint8Array(0)));
functions.handle(Buffer.alloc(0), { signal: new AbortController().signal });
exactly<readonly AnyStatefulFunction[]>()(functions.functions);
exactly<number>()(functions.maxRequestBytes);
// @ts-expect-error a function type is not implemented
requestReplyHandler([Billing]);
// @ts-expect-error functions are given in a list
requestReplyHandler(cart);
// @ts-expect-error a request is bytes
functions.handle("hi");
// @ts-expect-error there is nothing else to say about a request
functions.handle(new Uint8Array(0), { timeout: 7 });

// The options.
requestReplyHandler([cart], {
  maxRequestBytes: 16 * 1024 * 1024,
  batchTimeout: { seconds: 30 },
  onError(error, site) {
    exactly<StateFunError>()(error);
    exactly<StateFunErrorCode>()(error.code);
    exactly<FailureSite>()(site);
    exactly<string | undefined>()(site.typename);
    exactly<string | undefined>()(site.id);
  },
});
fits<RequestReplyOptions>({});
// @ts-expect-error a time-out is a duration
requestReplyHandler([cart], { batchTimeout: 30_000 });
// @ts-expect-error a size is a number of bytes
requestReplyHandler([cart], { maxRequestBytes: "16 MiB" });
// @ts-expect-error there is no such option
requestReplyHandler([cart], { timeout: { seconds: 30 } });
// @ts-expect-error onError is told of errors
requestReplyHandler([cart], { onError: (error: string) => error });

// observe wraps a batch and an invocation, each as it is: synchronous or not.
requestReplyHandler([cart], {
  observe: {
    batch(batch, run) {
      exactly<ObservedBatch>()(batch);
      exactly<Address>()(batch.self);
      exactly<number>()(batch.invocations);
      exactly<number>()(batch.requestBytes);
      exactly<readonly Headers[]>()(batch.messageHeaders);
      return exactly<Uint8Array | Promise<Uint8Array>>()(run());
    },
    invocation(invocation, run) {
      exactly<ObservedInvocation>()(invocation);
      exactly<Address>()(invocation.self);
      exactly<Address | undefined>()(invocation.caller);
      exactly<string>()(invocation.typename);
      exactly<Headers>()(invocation.headers);
      return run();
    },
  },
});
requestReplyHandler([cart], {
  observe: {
    async invocation(_invocation, run) {
      await run();
    },
  },
});
requestReplyHandler([cart], {
  observe: {
    outgoingHeaders(invocation, headers) {
      exactly<ObservedInvocation>()(invocation);
      exactly<Headers>()(headers);
      return [...headers, { key: "trace", value: undefined }];
    },
    failure(error, site) {
      exactly<StateFunError>()(error);
      exactly<FailureSite>()(site);
    },
  },
});
fits<Observer>({});
// Several observers are a list, the first outermost.
requestReplyHandler([cart], { observe: [{}, { batch: (_batch, run) => run() }] });
requestReplyHandler([cart], { observe: [] as const });
// @ts-expect-error headers are a list, which keeps order and duplicates
requestReplyHandler([cart], { observe: { outgoingHeaders: () => ({ trace: "1" }) } });
// @ts-expect-error the answer's bytes are returned
requestReplyHandler([cart], { observe: { batch: (_batch, run) => void run() } });
// @ts-expect-error there is nothing else to wrap
requestReplyHandler([cart], { observe: { send: () => undefined } });

// What is served can be listed by tools.
for (const { typename, accepts, storage } of functions.functions) {
  exactly<string>()(typename);
  exactly<string[]>()(accepts.map((type) => type.typename));
  exactly<string[]>()(Object.values(storage).map((spec) => spec.type.typename));
}

// Errors have a code of a closed set.
const error = StateFunError.from(new Error("boom"));
exactly<StateFunErrorCode>()(error.code);
exactly<string | undefined>()(error.stateName);
new StateFunError("invalid-argument", "text", { cause: error, typename: types.int.typename });
// @ts-expect-error there is no such code
new StateFunError("teapot", "text");
// @ts-expect-error so no error has it
fits<boolean>(error.code === "teapot");
