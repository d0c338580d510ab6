import { decode } from "../support/decode.js";
import type { Random } from "../support/random.js";
import { toFunction } from "../support/to-function.js";
import { wireValue, type WireValue } from "../support/wire-value.js";
import { fromHex } from "../support/hex.js";

/** A batch of the cart, and a check of its answer. */
export interface SoakBatch {
  readonly body: Uint8Array;
  /** Says what is wrong with the answer, or nothing. */
  readonly check: (answer: Uint8Array) => string | undefined;
}

/** The most messages of one batch. */
const mostMessages = 20;

const cart = (id: string) => ({ namespace: "soak", type: "cart", id });
const json = (typename: string, value: unknown): WireValue => wireValue.text(typename, JSON.stringify(value));

/** A batch for a cart that tells it to do something: `throw`, `reject`, `hang`, `wait <n>`, `reply <n>`. */
export function telling(message: string): Uint8Array {
  return toFunction({
    target: cart("told"),
    states: { items: undefined, checkouts: undefined },
    invocations: [wireValue.string(message)],
  });
}

/** A batch that adds to a cart and checks out at random. What must come of it is computed beside it. */
export function cartBatch(random: Random): SoakBatch {
  const id = `cart ${String(random.below(10_000))}`;
  let items: Record<string, number> | undefined =
    random.below(3) === 0 ? undefined : { tea: random.below(9) + 1, "crème brûlée": 2 };
  let checkouts = random.below(5);
  const states = {
    items: items === undefined ? undefined : json("soak/Items", items),
    checkouts: checkouts === 0 ? undefined : wireValue.int(checkouts),
  };
  const billed: string[] = [];
  const invocations = Array.from({ length: random.below(mostMessages) + 1 }, (_, index) => {
    if (random.below(6) === 0) {
      billed.push(JSON.stringify(items ?? {}));
      items = undefined;
      checkouts += 1;
      return json("soak/CheckOut", { orderId: `${id}.${String(index)}` });
    }
    const sku = `sku ${String(random.below(4))}`;
    const quantity = random.below(9) + 1;
    items = { ...items, [sku]: (items?.[sku] ?? 0) + quantity };
    return json("soak/AddItem", { sku, quantity });
  });
  const expected = {
    billed,
    ordered: billed,
    items: items === undefined ? "DELETE" : JSON.stringify(items),
    checkouts: billed.length === 0 ? undefined : wireValue.int(checkouts).hex,
  };
  return {
    body: toFunction({ target: cart(id), states, invocations }),
    check: (answer) => difference(JSON.stringify(expected), JSON.stringify(found(answer))),
  };
}

function found(answer: Uint8Array) {
  const { mutations, messages, egresses } = decode(answer);
  const text = (value: WireValue | undefined): string => Buffer.from(fromHex(value?.hex ?? "")).toString();
  const items = mutations.find(({ name }) => name === "items");
  return {
    billed: messages.map(({ argument }) => text(argument)),
    ordered: egresses.map(({ argument }) => text(argument)),
    items: items?.type === "DELETE" ? "DELETE" : text(items?.value),
    checkouts: mutations.find(({ name }) => name === "checkouts")?.value?.hex,
  };
}

function difference(expected: string, got: string): string | undefined {
  return expected === got ? undefined : `expected ${expected}, and got ${got}`;
}
