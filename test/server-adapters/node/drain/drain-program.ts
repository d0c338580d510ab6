import { appendFileSync, existsSync } from "node:fs";
import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { listen, type ListenOptions } from "statefun/node";

/*
 * A program that drains as its users' do; its arguments are the options as JSON, and a file. It says `listening <port>`
 * once it listens, and writes the ids of all requests whose heads it has read to the file as it ends.
 */

const Worker = functionType("ns/fn", [types.string]);

const functions = requestReplyHandler(
  [
    statefulFunction(Worker, {
      on: {
        /** `hold <n>` takes n milliseconds; `reply <n>` answers with n bytes; `pid` with the process that serves. */
        async [types.string.typename](context, message) {
          const [what, number] = message.split(" ");
          if (what === "hold") await new Promise((resolve) => setTimeout(resolve, Number(number)));
          if (what === "pid") context.send(context.self, types.string(String(process.pid)));
          if (what === "reply") context.send(context.self, types.string("x".repeat(Number(number))));
        },
      },
    }),
  ],
  { onError: () => undefined },
);

// A file of this name is a deployment that cannot start.
const broken = process.env.BROKEN_IF_EXISTS;
if (broken !== undefined && process.env.STATEFUN_WORKER !== undefined && existsSync(broken)) process.exit(7);

const read: string[] = [];
process.on("exit", () => {
  appendFileSync(process.argv[3] ?? "", read.map((id) => `${id}\n`).join(""));
});

const options = JSON.parse(process.argv[2] ?? "{}") as ListenOptions;

const { role, port } = await listen(functions, {
  ...(options.socketPath === undefined ? { host: "127.0.0.1", port: 0 } : {}),
  log: true,
  authorize: (request) => {
    read.push(request.header("x-request") ?? "");
    return true;
  },
  ...options,
});
if (role !== "worker") console.log(`listening ${String(port)}`);
