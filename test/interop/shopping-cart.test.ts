import { describe, expect, test } from "@jest/globals";
import { nodeProgram, playgrounds } from "./playground.js";

describe("the module shopping-cart", () => {
  const start = playgrounds("shopping-cart", nodeProgram("typescript", "shopping-cart"));

  test("a cart holds what the stock can give, and hands it out once", async () => {
    const playground = await start();

    await playground.send("shop/stock/tea", "shop/Restock", { quantity: 3 });
    await playground.send("shop/stock/cup", "shop/Restock", { quantity: 1 });
    const reservations: string[] = [];
    for (const [customer, item, quantity] of [
      ["ada", "tea", 2],
      ["grace", "tea", 2],
      ["ada", "cup", 1],
      ["grace", "tea", 1],
    ] as const) {
      await playground.send(`shop/cart/${customer}`, "shop/AddToCart", { item, quantity });
      reservations.push(...(await playground.take("reservations", 1)));
    }
    const receipts: string[] = [];
    for (const customer of ["ada", "grace", "ada"]) {
      await playground.send(`shop/cart/${customer}`, "shop/CheckOut", {});
      receipts.push(...(await playground.take("receipts", 1)));
    }

    expect(reservations).toEqual([
      "ada holds 2 tea",
      "grace cannot have 2 tea",
      "ada holds 1 cup",
      "grace holds 1 tea",
    ]);
    expect(receipts).toEqual(["ada bought 2 tea and 1 cup", "grace bought 1 tea", "ada bought "]);
  });
});
