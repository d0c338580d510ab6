import { egressMessageBuilder, messageBuilder, StateFun, type Context } from "apache-flink-statefun";
import { serve } from "./serve.js";

const command = StateFun.jsonType<{ readonly do: string }>("interop/Command");
const egressRecord = StateFun.jsonType("io.statefun.playground/EgressRecord");

interface ShowcaseStorage {
  count: number | null;
  heard: string | null;
}

function tell(context: Context, payload: string): void {
  const typename = "io.statefun.playground/egress";
  context.send(
    egressMessageBuilder({ typename, value: { topic: "showcase", payload }, valueType: egressRecord }),
  );
}

function ask(context: Context): void {
  const { id } = context.self;
  const typename = "interop/mirror";
  context.send(messageBuilder({ typename, id, value: true, valueType: StateFun.booleanType() }));
  context.send(messageBuilder({ typename, id, value: 7, valueType: StateFun.intType() }));
  context.send(messageBuilder({ typename, id, value: 1.5, valueType: StateFun.floatType() }));
  context.send(messageBuilder({ typename, id, value: "seven", valueType: StateFun.stringType() }));
}

function remind(context: Context, delayMillis: number): void {
  const { id, typename } = context.self;
  const reminder = messageBuilder({ typename, id, value: { do: "count" }, valueType: command });
  context.sendAfter(delayMillis, reminder, `reminder of ${id}`);
}

const statefun = new StateFun();

statefun.bind({
  typename: "interop/showcase",
  fn(context, message) {
    const storage = context.storage as ShowcaseStorage;
    const { id } = context.self;
    if (message.isString()) {
      storage.heard = message.asString();
      tell(context, `${id} heard ${storage.heard ?? ""}`);
      return;
    }
    switch (message.as(command)?.do) {
      case "count":
        storage.count = (storage.count ?? 0) + 1;
        tell(context, `${id} counted ${String(storage.count)}`);
        break;
      case "forget":
        storage.count = null;
        break;
      case "ask":
        ask(context);
        break;
      case "remind soon":
        remind(context, 200);
        break;
      case "remind late":
        remind(context, 3_600_000);
        break;
      case "cancel":
        context.cancelDelayedMessage(`reminder of ${id}`);
        tell(context, `${id} cancelled`);
        break;
      default:
    }
  },
  specs: [
    { name: "count", type: StateFun.intType() },
    { name: "heard", type: StateFun.stringType(), expireAfterWrite: 3_600_000 },
  ],
});

statefun.bind({
  typename: "interop/mirror",
  fn(context, message) {
    const { caller } = context;
    if (caller === null) return;
    const answer = message.isBoolean()
      ? `boolean ${String(message.asBoolean())}`
      : message.isInt()
        ? `int ${String(message.asInt())}`
        : message.isFloat()
          ? `float ${String(message.asFloat())}`
          : `string ${message.asString() ?? ""}`;
    context.send(messageBuilder({ typename: caller.typename, id: caller.id, value: answer }));
  },
});

serve(statefun);
