import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Cluster, Job } from "statefun-dev";
import { startLambda } from "../hosts/start-lambda.js";
import type { RunningLambda } from "../hosts/start-lambda.js";
import { freePort, startFunctions } from "./function-process.js";
import type { FunctionProcess } from "./function-process.js";
import { Shop, total } from "./shop.js";
import { until } from "./until.js";

const application = "examples/cart/express.ts";
const customerCount = 10;
const rounds = 12;

/** The cart example on the real engine: the same carts, served by one host after the other. */
export function cart(cluster: () => Cluster): void {
  let port: number;
  let functions: FunctionProcess;
  let lambda: RunningLambda | undefined;
  let shop: Shop;
  let job: Job;

  const run = (address: string, options: { readonly fromSavepoint?: string } = {}): Promise<Job> => {
    return cluster().run(
      { path: "examples/cart/module.yaml" },
      {
        ...options,
        parallelism: 2,
        map: { "kafka:9092": cluster().kafka, "functions:8000": address },
      },
    );
  };

  /** Each customer puts two things into the cart and checks out, as fast as Kafka takes it, several times. */
  const trade = async (customers: readonly string[], first: number, count: number): Promise<void> => {
    for (let round = first; round < first + count; round += 1) {
      await shop.add(customers, "tea", 1);
      await shop.add(customers, "cups", 2);
      await shop.checkOut(customers, (customer) => `${customer}/${String(round)}`);
    }
  };

  /** Orders what the last round left in the carts, and reads everything that was ordered. */
  const settle = async (customers: readonly string[], prefix: string): Promise<void> => {
    await shop.itemsArrived();
    await shop.checkOut(customers, (customer) => `${customer}/${String(rounds)}`);
    const expected = customers.length * (rounds + 1);
    await until("every order is there", cluster(), () => shop.orders(prefix).length >= expected);
    await until("every receipt is there", cluster(), () => shop.receipts(prefix).length >= expected);
    await job.checkpointed();
    await shop.readToEnd();
  };

  /** Every order is there once, and all that a customer put into the cart was ordered and charged once. */
  const expectExactlyOnce = (customers: readonly string[], prefix: string): void => {
    const ids = customers.flatMap((customer) =>
      Array.from({ length: rounds + 1 }, (_, round) => `${customer}/${String(round)}`),
    );
    const orders = shop.orders(prefix);
    expect(orders.map(({ orderId }) => orderId).sort()).toEqual(ids.sort());
    expect(
      customers.map((customer) => total(orders.filter(({ orderId }) => orderId.startsWith(`${customer}/`)))),
    ).toEqual(customers.map(() => ({ tea: rounds, cups: 2 * rounds })));
    const pieces = new Map(shop.receipts(prefix).map(({ orderId, pieces }) => [orderId, pieces]));
    expect(shop.receipts(prefix)).toHaveLength(ids.length);
    expect(orders.map(({ orderId }) => pieces.get(orderId))).toEqual(
      orders.map(({ items }) => (items.tea ?? 0) + (items.cups ?? 0)),
    );
  };

  beforeAll(async () => {
    port = await freePort();
    functions = await startFunctions(application, port);
    shop = await Shop.open(cluster());
    job = await run(`127.0.0.1:${String(port)}`);
    await job.waitUntilRunning();
  });

  afterAll(async () => {
    // What a failed beforeAll did not get to is undefined; the rest must end all the same, or the run never does.
    await (job as Job | undefined)?.cancel();
    await (functions as FunctionProcess | undefined)?.kill();
    await lambda?.close();
    await (shop as Shop | undefined)?.close();
  });

  test("behind Express, what customers add is what they order, are charged for, and find gone from the cart", async () => {
    await shop.add(["alice", "bob"], "tea", 2);
    await shop.add(["alice"], "cups", 6);
    await shop.add(["alice"], "tea", 1);
    await shop.itemsArrived();
    await shop.checkOut(["alice", "bob"], (customer) => `first/${customer}`);
    await until("both orders are there", cluster(), () => shop.orders("first/").length >= 2);
    await shop.checkOut(["alice"], () => "first/again");
    await until("three receipts are there", cluster(), () => shop.receipts("first/").length >= 3);
    await job.checkpointed();
    await shop.readToEnd();

    expect(shop.orders("first/")).toHaveLength(3);
    expect(shop.orders("first/")).toEqual(
      expect.arrayContaining([
        { orderId: "first/alice", items: { tea: 3, cups: 6 } },
        { orderId: "first/bob", items: { tea: 2 } },
        { orderId: "first/again", items: {} },
      ]),
    );
    expect(shop.receipts("first/")).toHaveLength(3);
    expect(shop.receipts("first/")).toEqual(
      expect.arrayContaining([
        { orderId: "first/alice", pieces: 9 },
        { orderId: "first/bob", pieces: 2 },
        { orderId: "first/again", pieces: 0 },
      ]),
    );
  });

  test("behind Express, an application killed while orders flow, and started again, loses and doubles none", async () => {
    const customers = group("crash");

    await trade(customers, 0, 4);
    await until("the first orders are there", cluster(), () => shop.orders("crash").length > 0);
    const flowing = trade(customers, 4, 4);
    await functions.kill();
    await flowing;
    functions = await startFunctions(application, port);
    await trade(customers, 8, rounds - 8);
    await settle(customers, "crash");

    expectExactlyOnce(customers, "crash");
  });

  test("carts filled behind Express are ordered behind AWS Lambda's runtime client, to which the job moves by a savepoint", async () => {
    await shop.add(["carol"], "tea", 5);
    await shop.itemsArrived();

    const fromSavepoint = await job.savepoint({ cancel: true });
    await functions.kill();
    lambda = await startLambda({ entry: "examples/cart/lambda.ts" });
    job = await run(`127.0.0.1:${String(lambda.port)}`, { fromSavepoint });
    await shop.checkOut(["carol"], () => "moved/carol");
    await until("the receipt is there", cluster(), () => shop.receipts("moved/").length > 0);
    await job.checkpointed();
    await shop.readToEnd();

    expect(shop.orders("moved/")).toEqual([{ orderId: "moved/carol", items: { tea: 5 } }]);
    expect(shop.receipts("moved/")).toEqual([{ orderId: "moved/carol", pieces: 5 }]);
  });

  test("behind AWS Lambda's runtime client, a worker killed while orders flow, and replaced, loses and doubles none", async () => {
    const customers = group("lambda");

    await trade(customers, 0, 4);
    await until("the first orders are there", cluster(), () => shop.orders("lambda").length > 0);
    const flowing = trade(customers, 4, 4);
    await cluster().killWorker();
    await flowing;
    await cluster().startWorker();
    await trade(customers, 8, rounds - 8);
    await settle(customers, "lambda");

    expectExactlyOnce(customers, "lambda");
  });
}

function group(prefix: string): readonly string[] {
  return Array.from({ length: customerCount }, (_, index) => `${prefix}-${String(index)}`);
}
