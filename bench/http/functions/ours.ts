import { functionType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";
import { eventsTopic, eventsTypename, eventText, totalsTypename } from "../../work/contract.js";

const Totals = functionType(totalsTypename, [types.int]);
const Events = kafkaEgress(eventsTypename);

const counter = statefulFunction(functionType("com.example.shop/counter", [types.int]), {
  storage: { count: types.int },
  on: {
    [types.int.typename](context, increment) {
      context.storage.count.update((count = 0) => count + increment);
    },
  },
});

const relay = statefulFunction(functionType("com.example.shop/relay", [types.int]), {
  storage: { count: types.int },
  on: {
    [types.int.typename](context, increment) {
      const count = (context.storage.count.get() ?? 0) + increment;
      context.storage.count.set(count);
      const { id } = context.self;
      context.send(Totals.address(id), types.int(count));
      context.send(Events, { topic: eventsTopic, key: id, value: eventText(count) });
    },
  },
});

/** The functions of the bench as our guides write them: nothing is awaited, so nothing is `async`. */
export const functions = requestReplyHandler([counter, relay]);
