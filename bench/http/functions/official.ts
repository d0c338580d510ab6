import {
  kafkaEgressMessage,
  messageBuilder,
  StateFun,
  type Context,
  type Message,
} from "apache-flink-statefun";
import { eventsTopic, eventsTypename, eventText, totalsTypename } from "../../work/contract.js";

/** The official SDK leaves `context.storage` untyped; this is the state that the functions below declare. */
interface CountStorage {
  count: number | null;
}

/** The functions of the bench as the documentation of the official SDK writes them. */
export const statefun = new StateFun();

statefun.bind({
  typename: "com.example.shop/counter",
  fn(context: Context, message: Message) {
    const storage = context.storage as CountStorage;
    storage.count = (storage.count ?? 0) + (message.asInt() ?? 0);
  },
  specs: [{ name: "count", type: StateFun.intType() }],
});

statefun.bind({
  typename: "com.example.shop/relay",
  fn(context: Context, message: Message) {
    const storage = context.storage as CountStorage;
    const count = (storage.count ?? 0) + (message.asInt() ?? 0);
    storage.count = count;
    const id = context.self.id;
    context.send(messageBuilder({ typename: totalsTypename, id, value: count }));
    context.send(
      kafkaEgressMessage({ typename: eventsTypename, topic: eventsTopic, key: id, value: eventText(count) }),
    );
  },
  specs: [{ name: "count", type: StateFun.intType() }],
});
