import { egressMessageBuilder, messageBuilder, StateFun } from "apache-flink-statefun";
import { serve } from "./serve.js";

const hello = StateFun.jsonType<{ readonly name: string }>("interop/Hello");
const greet = StateFun.jsonType<{ readonly name: string; readonly visits: number }>("interop/Greet");
const egressRecord = StateFun.jsonType("io.statefun.playground/EgressRecord");

const statefun = new StateFun();

statefun.bind({
  typename: "interop/person",
  fn(context, message) {
    const name = message.as(hello)?.name ?? "";
    const storage = context.storage as { visits: number | null };
    const visits = (storage.visits ?? 0) + 1;
    storage.visits = visits;
    context.send(
      messageBuilder({ typename: "interop/greeter", id: name, value: { name, visits }, valueType: greet }),
    );
  },
  specs: [{ name: "visits", type: StateFun.intType() }],
});

statefun.bind({
  typename: "interop/greeter",
  fn(context, message) {
    const { name = "", visits = 0 } = message.as(greet) ?? {};
    const value = { topic: "greetings", payload: `Hello ${name}, visit ${String(visits)}` };
    const typename = "io.statefun.playground/egress";
    context.send(egressMessageBuilder({ typename, value, valueType: egressRecord }));
  },
});

serve(statefun);
