import {
  functionType,
  jsonType,
  statefulFunction,
  types,
  valueSpec,
  type Context,
  type Duration,
} from "statefun";
import { z } from "zod";
import { EgressRecord, Playground } from "./playground.js";
import { serve } from "./serve.js";

const Command = jsonType(
  "interop/Command",
  z.object({ do: z.enum(["count", "forget", "ask", "remind soon", "remind late", "cancel"]) }),
);
const Showcase = functionType("interop/showcase", [Command, types.string]);
const Mirror = functionType("interop/mirror", [types.boolean, types.int, types.float, types.string]);

function tell(context: Context, what: string): void {
  context.send(Playground, EgressRecord({ topic: "showcase", payload: `${context.self.id} ${what}` }));
}

function remind(context: Context, delay: Duration): void {
  const { id } = context.self;
  context.sendAfter(delay, Showcase.address(id), Command({ do: "count" }), {
    cancellationToken: `reminder of ${id}`,
  });
}

function ask(context: Context): void {
  const mirror = Mirror.address(context.self.id);
  context.send(mirror, types.boolean(true));
  context.send(mirror, types.int(7));
  context.send(mirror, types.float(1.5));
  context.send(mirror, types.string("seven"));
}

const showcase = statefulFunction(Showcase, {
  storage: { count: types.int, heard: valueSpec(types.string, { expireAfterWrite: { hours: 1 } }) },
  on: {
    [Command.typename](context, command) {
      const { count } = context.storage;
      switch (command.do) {
        case "count":
          tell(context, `counted ${String(count.update((n = 0) => n + 1))}`);
          break;
        case "forget":
          count.remove();
          break;
        case "ask":
          ask(context);
          break;
        case "remind soon":
          remind(context, { milliseconds: 200 });
          break;
        case "remind late":
          remind(context, { hours: 1 });
          break;
        case "cancel":
          context.cancelDelayedMessage(`reminder of ${context.self.id}`);
          tell(context, "cancelled");
          break;
      }
    },
    [types.string.typename](context, text) {
      context.storage.heard.set(text);
      tell(context, `heard ${text}`);
    },
  },
});

function answer(context: Context, text: string): void {
  if (context.caller !== undefined) context.send(context.caller, types.string(text));
}

const mirror = statefulFunction(Mirror, {
  on: {
    [types.boolean.typename]: (context, value) => {
      answer(context, `boolean ${String(value)}`);
    },
    [types.int.typename]: (context, value) => {
      answer(context, `int ${String(value)}`);
    },
    [types.float.typename]: (context, value) => {
      answer(context, `float ${String(value)}`);
    },
    [types.string.typename]: (context, value) => {
      answer(context, `string ${value}`);
    },
  },
});

await serve(showcase, mirror);
