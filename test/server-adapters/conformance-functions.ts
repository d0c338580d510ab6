import { functionType, statefulFunction, types, type AnyStatefulFunction, type Context } from "statefun";
import type { Log } from "./log.js";

/** The function that every host of the conformance suite serves; what it does is said by the message it gets. */
export const Conformance = functionType("ns/fn", [types.string]);

/** What the body of a failure must never tell. */
export const secret = "a-secret-of-the-handler";

/** Implements `ns/fn`. It logs `ran <message>` first, and what its behaviours say below. */
export function conformanceFunction(log: Log): AnyStatefulFunction {
  return statefulFunction(Conformance, {
    on: {
      [types.string.typename](context, message) {
        log.add(`ran ${message.slice(0, 40)}`);
        return behaviours[message]?.(context, log);
      },
    },
  });
}

type Behaviour = (context: Context<ReturnType<typeof types.string>>, log: Log) => void | Promise<void>;

const behaviours: Readonly<Record<string, Behaviour>> = {
  throw() {
    throw new Error(secret);
  },
  reject: () => Promise.reject(new Error(secret)),
  "throw a string"() {
    AbortSignal.abort(secret).throwIfAborted();
  },
  "reject with undefined": () => new Promise((_resolve, reject) => setTimeout(reject, 0)),
  "send to yourself"(context) {
    context.send(context.self, types.string("a message that is long enough to be worth the while"));
  },
  "send, then throw"(context) {
    context.send(context.self, types.string(secret));
    throw new Error(secret);
  },
  never: () => new Promise(() => undefined),
  later: () => new Promise((resolve) => setTimeout(resolve, 0)),
  "wait until the client is gone": ({ signal }, log) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        log.add("signal aborted");
        resolve();
      });
    }),
  "send after the answer"(context, log) {
    setTimeout(() => {
      try {
        context.send(context.self, types.string(secret));
      } catch (error) {
        log.add(`caught ${String(error)}`);
      }
    }, 0);
  },
};
