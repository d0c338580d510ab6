import { functionType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";
import { requestsFor } from "./work/requests.js";
import { eventText } from "./work/contract.js";
const Totals = functionType("com.example.shop/totals", [types.int]);
const Events = kafkaEgress("com.example.shop/events");
const Relay = functionType("com.example.shop/relay", [types.int]);
let sink: unknown; const A = Totals.address('customer-4711'); const M = types.int(1234);
const variants: Record<string, (context: any, inc: number) => unknown> = {
  state(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); },
  typed(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); sink = types.int(count); },
  msg(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); context.send(Totals.address(context.self.id), types.int(count)); },
  addr(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); sink = Totals.address(context.self.id); },
  msgPre(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); context.send(A, M); },
  msgA(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); context.send(A, types.int(count)); },
  kafka(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); context.send(Events, { topic: "counts", key: context.self.id, value: eventText(count) }); },
  kafkaConst(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); context.send(Events, { topic: "counts", key: context.self.id, value: "count is 1234" }); },
  text(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); sink = eventText(count); },
  both(context, inc) { const count = (context.storage.count.get() ?? 0) + inc; context.storage.count.set(count); context.send(Totals.address(context.self.id), types.int(count)); context.send(Events, { topic: "counts", key: context.self.id, value: eventText(count) }); },
};
const reqs = requestsFor({ name: "relay", batch: 100 });
for (const name of process.argv.slice(2)) {
  const f = variants[name]!;
  const h = requestReplyHandler([statefulFunction(Relay, { storage: { count: types.int }, on: { async [types.int.typename](c: any, v: number) { f(c, v); } } })]);
  for (let i = 0; i < 3000; i++) await h.handle(reqs[i % 8]!);
  let best = 1e9;
  for (let r = 0; r < 7; r++) { const s = process.cpuUsage(); for (let i = 0; i < 3000; i++) await h.handle(reqs[i % 8]!); const e = process.cpuUsage(s); best = Math.min(best, (e.user + e.system) / 300); }
  console.log(name.padEnd(12), best.toFixed(0), "ns/inv"); void sink;
}
