/** Names and shapes that every contestant shares, so that all of them answer the same bytes with the same bytes. */

/** The functions that are measured. `cart-zod` is `cart` whose state has a schema; the official SDK knows no schemas. */
export const functionNames = ["counter", "relay", "cart", "cart-zod"] as const;
export type FunctionName = (typeof functionNames)[number];

/** An idle cluster sends single invocations; a busy address, whatever waited for it while its last batch ran. */
export const batchSizes = [1, 10, 100, 1000] as const;
export type BatchSize = (typeof batchSizes)[number];

/** One function at one batch size. */
export interface Work {
  readonly name: FunctionName;
  readonly batch: BatchSize;
}

export const namespace = "com.example.shop";
export const intTypename = "io.statefun.types/int";
export const cartTypename = "com.example.shop/Cart";
export const addItemTypename = "com.example.shop/AddItem";
export const kafkaRecordTypename = "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord";

/** Where `relay` sends the new count: the address `com.example.shop/totals` with the id of the sender. */
export const totalsTypename = "com.example.shop/totals";
/** Where `relay` sends a Kafka record, to the topic, with its own id as the key. */
export const eventsTypename = "com.example.shop/events";
export const eventsTopic = "counts";

/** The value of `relay`'s Kafka record. */
export function eventText(count: number): string {
  return `count is ${count.toString()}`;
}

/** What `cart` keeps: about 8 kB of JSON, of which an invocation changes `n` and `last`. */
export interface Cart {
  readonly owner: string;
  readonly n: number;
  readonly last: string;
  readonly items: readonly CartItem[];
}

export interface CartItem {
  readonly sku: string;
  readonly quantity: number;
  readonly price: number;
}

/** What an address without a cart starts from; no request of this bench lacks one. */
export const emptyCart: Cart = { owner: "", n: 0, last: "", items: [] };

/** What `cart` is sent. */
export interface AddItem {
  readonly sku: string;
  readonly quantity: number;
}
