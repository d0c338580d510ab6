/**
 * A program that serves with workers, as users write it; its argument is the options as JSON. It says
 * `<role> <pid> at <url>` once it listens. With the option `crashes` it ends before; a message "leave" makes a worker end at once.
 */
import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { listen, type ListenOptions } from "statefun/node";

const Conformance = functionType("ns/fn", [types.string]);

const functions = requestReplyHandler(
  [
    statefulFunction(Conformance, {
      on: {
        [types.string.typename](_context, message) {
          if (message === "leave") process.exit(3);
        },
      },
    }),
  ],
  {
    onError: ({ code, message }) => {
      console.log(`report ${code} ${message.replace(/^\[.*\] /, "")}`);
    },
  },
);

const {
  crashes = false,
  throwsMetrics = false,
  ...options
} = JSON.parse(process.argv[2] ?? "{}") as ListenOptions & {
  readonly crashes?: boolean;
  readonly throwsMetrics?: boolean;
};
if (crashes && process.env.STATEFUN_WORKER !== undefined) throw new Error("this program cannot start");

const { role, url } = await listen(functions, {
  port: 0,
  host: "127.0.0.1",
  idleGrace: { milliseconds: 100 },
  metrics: {
    contentType: "text/plain",
    metrics: () => {
      if (throwsMetrics) throw new Error("no metrics today");
      return `served_by ${String(process.pid)}\n`;
    },
  },
  onDrained: () => {
    console.log(`${role} ${String(process.pid)} is drained`);
  },
  ...options,
});
console.log(`${role} ${String(process.pid)} at ${url}`);
