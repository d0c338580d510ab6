import { functionType, statefulFunction, types, type StatefulFunction } from "statefun";
import type { Log } from "./log.js";

/** The function that every host of the conformance suite serves; what it does is said by the message it gets. */
export const Conformance = functionType("ns/fn", [types.string]);

/** What the body of a failure must never tell. */
export const secret = "a-secret-of-the-handler";

/** Implements `ns/fn`. It logs `ran <message>` when it starts, and what its messages say below. */
export function conformanceFunction(log: Log): StatefulFunction {
  return statefulFunction(Conformance, {
    on: {
      [types.string.typename](context, message) {
        log.add(`ran ${message.slice(0, 40)}`);
        switch (message) {
          case "throw":
            throw new Error(secret);
          case "reject":
            return Promise.reject(new Error(secret));
          case "throw a string":
            // Authors do this, and a host must survive it.
            // eslint-disable-next-line @typescript-eslint/only-throw-error
            throw secret;
          case "reject with undefined":
            return Promise.reject();
          case "send, then throw":
            context.send(context.self, types.string(secret));
            throw new Error(secret);
          case "never":
            return new Promise(() => undefined);
          case "wait until the client is gone":
            return new Promise((resolve) => {
              context.signal.addEventListener("abort", () => {
                log.add("signal aborted");
                resolve();
              });
            });
          case "later":
            return new Promise((resolve) => setImmediate(resolve));
          case "send after the answer":
            setImmediate(() => {
              try {
                context.send(context.self, types.string(secret));
              } catch (error) {
                log.add(`caught ${String(error)}`);
              }
            });
        }
      },
    },
  });
}
