import type { Cluster } from "statefun-dev";
import { KafkaRecords, withoutMarks } from "./kafka-records.js";
import type { NewRecord } from "./kafka-records.js";
import type { TopicReader } from "./topic-reader.js";
import { until } from "./until.js";

const outputs = ["orders", "receipts"] as const;

/** The group that examples/cart/module.yaml reads its commands with. */
const consumerGroup = "shop";

/** How many pieces of each sku. */
export type Pieces = Readonly<Record<string, number>>;

/** An order as the cart writes it. */
export interface Order {
  readonly orderId: string;
  readonly items: Pieces;
}

/** The outside of the cart example: its customers, and whoever reads its orders and receipts. */
export class Shop {
  readonly #cluster: Cluster;
  readonly #kafka: KafkaRecords;
  readonly #readers: Readonly<Record<(typeof outputs)[number], TopicReader>>;

  private constructor(
    cluster: Cluster,
    kafka: KafkaRecords,
    readers: Readonly<Record<(typeof outputs)[number], TopicReader>>,
  ) {
    this.#cluster = cluster;
    this.#kafka = kafka;
    this.#readers = readers;
  }

  static async open(cluster: Cluster): Promise<Shop> {
    await cluster.createTopics(["items", "checkouts", ...outputs], { partitions: 2 });
    const kafka = new KafkaRecords(cluster.kafka);
    const [orders, receipts] = await Promise.all([kafka.read("orders"), kafka.read("receipts")]);
    return new Shop(cluster, kafka, { orders, receipts });
  }

  /** Customers put pieces into their carts. */
  async add(customers: readonly string[], sku: string, quantity: number): Promise<void> {
    await this.#kafka.send(
      "items",
      records(customers, () => ({ sku, quantity })),
    );
  }

  /** Each customer orders what the cart holds when the command arrives. */
  async checkOut(customers: readonly string[], orderId: (customer: string) => string): Promise<void> {
    await this.#kafka.send(
      "checkouts",
      records(customers, (customer) => ({ orderId: orderId(customer) })),
    );
  }

  /** Resolves when every item sent so far is in its cart: two topics have no order between them. */
  async itemsArrived(): Promise<void> {
    await until(
      "the items are in their carts",
      this.#cluster,
      await this.#kafka.markConsumed("items", consumerGroup),
    );
  }

  /** Every order committed so far whose id begins so, in the order of its topic. */
  orders(prefix: string): readonly Order[] {
    return this.#values("orders", prefix).map((text) => JSON.parse(text) as Order);
  }

  /** Every receipt committed so far for an order whose id begins so. */
  receipts(prefix: string): readonly { readonly orderId: string; readonly pieces: number }[] {
    return this.#values("receipts", prefix).map(
      (text) => JSON.parse(text) as { readonly orderId: string; readonly pieces: number },
    );
  }

  /** Every order and receipt that a completed checkpoint covers has been read after this. */
  async readToEnd(): Promise<void> {
    for (const topic of outputs) {
      const read = await this.#kafka.markEnds(topic, this.#readers[topic]);
      await until(`the ${topic} have been read to their end`, this.#cluster, read);
    }
  }

  async close(): Promise<void> {
    await this.#kafka.close();
  }

  #values(topic: (typeof outputs)[number], prefix: string): readonly string[] {
    return withoutMarks(this.#readers[topic].records)
      .filter(({ key }) => key.startsWith(prefix))
      .map(({ value }) => value);
  }
}

function records(customers: readonly string[], value: (customer: string) => unknown): readonly NewRecord[] {
  return customers.map((customer) => ({ key: customer, value: JSON.stringify(value(customer)) }));
}

/** How many pieces of each sku the orders have together. */
export function total(orders: readonly Order[]): Pieces {
  const sum: Record<string, number> = {};
  for (const { items } of orders) {
    for (const [sku, quantity] of Object.entries(items)) sum[sku] = (sum[sku] ?? 0) + quantity;
  }
  return sum;
}
