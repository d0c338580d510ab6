/** Two servers of one process: `slow` waits for a signal before it answers, `quick` has nothing to do. */
import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { listen } from "statefun/node";

const Conformance = functionType("ns/fn", [types.string]);
const ended = new Promise<void>((resolve) => process.once("SIGTERM", () => setTimeout(resolve, 500)));

const functions = requestReplyHandler([
  statefulFunction(Conformance, {
    on: {
      [types.string.typename]() {
        console.log("ran");
        return ended;
      },
    },
  }),
]);

const options = { port: 0, host: "127.0.0.1", idleGrace: { milliseconds: 0 } };
await listen(functions, options);
const slow = await listen(functions, options);
console.log(`slow at ${String(slow.port)}`);
