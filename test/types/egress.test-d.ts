// Egresses: each takes the records it is made for, as the compiler sees them.
import {
  egress,
  kafkaEgress,
  kinesisEgress,
  types,
  type Context,
  type Egress,
  type KafkaRecord,
  type KinesisRecord,
  type Message,
  type MessageOf,
  type RecordValue,
  type Target,
} from "statefun";
import { exactly, fits } from "./exactly.js";
import { AddItem, Charge } from "./shop/contract.js";

declare const context: Context;
declare const message: Message;

const charge = Charge({ orderId: "o-1", items: {} });
const headers = [{ key: "trace", value: new Uint8Array(1) }];

// Kafka: a topic and a value, perhaps a key and headers.
const Orders = kafkaEgress("shop/orders");
exactly<Egress<KafkaRecord>>()(Orders);
fits<string>(Orders.typename);
context.send(Orders, { topic: "orders", value: charge });
context.send(Orders, { topic: "orders", key: "o-1", value: charge, headers });
context.send(Orders, { topic: "orders", key: undefined, value: "text" });
context.send(Orders, { topic: "orders", value: new Uint8Array(3) });
context.send(Orders, { topic: "orders", value: types.long(7n) });
context.send(Orders, { topic: "orders", value: message });
context.send(Orders, message);
// @ts-expect-error a record has a topic
context.send(Orders, { value: charge });
// @ts-expect-error a record has a value: tombstones cannot be written
context.send(Orders, { topic: "orders" });
// @ts-expect-error null is no value: tombstones cannot be written
context.send(Orders, { topic: "orders", value: null });
// @ts-expect-error a number does not say which type it is
context.send(Orders, { topic: "orders", value: 7 });
// @ts-expect-error an object does not say which type it is
context.send(Orders, { topic: "orders", value: { orderId: "o-1" } });
// @ts-expect-error a key is text
context.send(Orders, { topic: "orders", key: 7, value: charge });
// @ts-expect-error a Kafka record has no partition
context.send(Orders, { topic: "orders", value: charge, partition: 3 });
// @ts-expect-error a typed value alone is no record: it has no topic
context.send(Orders, charge);

// Kinesis: a stream, a partition key and a value, perhaps a hash key.
const Clicks = kinesisEgress("shop/clicks");
exactly<Egress<KinesisRecord>>()(Clicks);
context.send(Clicks, { stream: "clicks", partitionKey: "alice", value: "text" });
context.send(Clicks, { stream: "clicks", partitionKey: "alice", explicitHashKey: "7", value: charge });
context.send(Clicks, message);
// @ts-expect-error a record has a stream
context.send(Clicks, { partitionKey: "alice", value: "text" });
// @ts-expect-error a record has a partition key
context.send(Clicks, { stream: "clicks", value: "text" });
// @ts-expect-error a record has a value
context.send(Clicks, { stream: "clicks", partitionKey: "alice" });
// @ts-expect-error Kinesis knows no headers
context.send(Clicks, { stream: "clicks", partitionKey: "alice", value: "text", headers });
// @ts-expect-error a Kafka record is no Kinesis record
context.send(Clicks, { topic: "orders", value: charge });

// Any other egress takes messages of the types it is declared with.
const Audit = egress("shop/audit", [Charge, types.string]);
exactly<Egress<MessageOf<typeof Charge | typeof types.string>>>()(Audit);
context.send(Audit, charge);
context.send(Audit, types.string("checked"));
context.send(Audit, message);
context.send(Audit, charge, { headers });
// @ts-expect-error the audit does not take shop/AddItem
context.send(Audit, AddItem({ sku: "tea", quantity: 1 }));
// @ts-expect-error the audit takes messages, not records
context.send(Audit, { topic: "orders", value: charge });
// @ts-expect-error an egress of its own kind says what it accepts
egress("shop/audit");
// @ts-expect-error what it accepts are types
egress("shop/audit", ["shop/Charge"]);

// None of them takes anything later.
// @ts-expect-error an egress is no address
context.sendAfter({ hours: 1 }, Audit, charge);
// @ts-expect-error an egress is no address
context.sendAfter({ hours: 1 }, Clicks, { stream: "clicks", partitionKey: "alice", value: "text" });

// Addresses and egresses are targets; a record's value is one of four things.
fits<Target<KafkaRecord>>(Orders);
fits<Target<never>>(Orders);
fits<RecordValue>(charge);
// @ts-expect-error a bare number is none of them
fits<RecordValue>(7);
