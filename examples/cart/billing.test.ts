import { expect, test } from "@jest/globals";
import { invoke } from "statefun/testing";
import { billing, Receipt, Receipts } from "./billing.js";
import { Cart, Charge } from "./contract.js";

const charge = Charge({ orderId: "o-1", items: { tea: 2, cups: 6 } });
const receipt = {
  egress: Receipts,
  record: { topic: "receipts", key: "o-1", value: Receipt({ orderId: "o-1", pieces: 8 }) },
};

test("an order is charged, and the receipt goes to Kafka", async () => {
  const result = await invoke(billing, { id: "o-1", messages: [charge], caller: Cart.address("alice") });

  expect(result.storage).toEqual({ charged: true });
  expect(result.records).toEqual([receipt]);
});

test("an order that is asked for twice is charged once, in one batch or in two", async () => {
  const twice = await invoke(billing, { id: "o-1", messages: [charge, charge] });
  const again = await invoke(billing, { id: "o-1", storage: twice.storage, messages: [charge] });

  expect(twice.records).toEqual([receipt]);
  expect(again.records).toEqual([]);
});
