// Headers: in order, keys of text, values of bytes or none.
import { kafkaEgress, types, type Context, type Header, type Headers, type MessageOf } from "statefun";
import { exactly, fits } from "./exactly.js";

declare const context: Context<MessageOf<typeof types.int>>;

exactly<Headers>()(context.headers);
for (const header of context.headers) {
  exactly<Header>()(header);
  exactly<string>()(header.key);
  exactly<Uint8Array | undefined>()(header.value);
  // @ts-expect-error a header is not to be changed
  header.key = "trace";
}
// @ts-expect-error the headers are not to be changed
context.headers.push({ key: "trace", value: undefined });

const headers: Headers = [
  { key: "trace", value: Uint8Array.of(1) },
  { key: "trace", value: undefined },
];
context.send(context.self, types.int(7), { headers });
context.send(context.self, types.int(7), { headers: undefined });
context.send(context.self, types.int(7), {});
context.send(context.self, types.int(7), { headers: context.headers });
context.sendAfter({ seconds: 1 }, context.self, types.int(7), { headers, cancellationToken: "tick" });
context.send(kafkaEgress("shop/orders"), { topic: "orders", value: "text", headers });
// @ts-expect-error a header's value is bytes
context.send(context.self, types.int(7), { headers: [{ key: "trace", value: "1" }] });
// @ts-expect-error a header's value is said, also where there is none
fits<Headers>([{ key: "trace" }]);
// @ts-expect-error null does not occur: undefined is a null header
fits<Headers>([{ key: "trace", value: null }]);
// @ts-expect-error headers are a list, which keeps order and duplicates
context.send(context.self, types.int(7), { headers: { trace: Uint8Array.of(1) } });
