import { describe, expect, test } from "@jest/globals";
import { jsonType, types } from "statefun";
import type { Value } from "statefun";
import { decode } from "../../support/decode.js";
import type { DecodedAnswer } from "../../support/decode.js";
import { recordingHandler } from "../../support/recording-handler.js";
import type { RecordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import type { WireValue } from "../../support/wire-value.js";
import { wireValue } from "../../support/wire-value.js";
import { fn } from "../conformance/ns-fn.js";

interface Basket {
  skus: string[];
}
const Basket = jsonType<Basket, "shop/Basket">("shop/Basket");
const json = (text: string): WireValue => wireValue.text("shop/Basket", text);

function handlerOf(
  use: (basket: Value<Basket>, seen: Value<number>, text: string) => void,
): RecordingHandler {
  return recordingHandler([
    fn({ basket: Basket, seen: types.int }, ({ storage }, text) => {
      use(storage.basket, storage.seen, text);
    }),
  ]);
}

function batch(basket: WireValue | undefined, ...texts: readonly string[]): Uint8Array {
  return toFunction({ states: { basket, seen: undefined }, invocations: texts.map(wireValue.string) });
}

async function answerTo(handler: RecordingHandler, request: Uint8Array): Promise<DecodedAnswer["mutations"]> {
  return decode(await handler.answer(request)).mutations;
}

describe("get", () => {
  test("returns the same value each time, for the whole batch", async () => {
    const seen: unknown[] = [];
    const handler = handlerOf((basket) => seen.push(basket.get(), basket.get()));

    await answerTo(handler, batch(json('{"skus":["tea"]}'), "a", "b"));

    expect(seen[0]).toEqual({ skus: ["tea"] });
    expect(new Set(seen).size).toBe(1);
  });

  test("returns undefined for a value that is missing, was removed, or has expired", async () => {
    const seen: unknown[] = [];
    const handler = handlerOf((basket) => {
      seen.push(basket.get());
      basket.remove();
      seen.push(basket.get());
    });

    await answerTo(handler, batch(undefined, "a"));
    await answerTo(handler, batch(wireValue.none("shop/Basket"), "a"));

    expect(seen).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe("set", () => {
  test("hands the value over: it is kept as it is and written when the batch ends", async () => {
    const held = { skus: ["tea"] };
    const handler = handlerOf((basket, _seen, text) => {
      if (text === "set") basket.set(held);
      else held.skus.push(text);
      expect(basket.get()).toBe(held);
    });

    const mutations = await answerTo(handler, batch(undefined, "set", "milk"));

    expect(mutations).toEqual([{ type: "MODIFY", name: "basket", value: json('{"skus":["tea","milk"]}') }]);
  });

  test("takes back what get returned, and may be called often: the last value is written once", async () => {
    const handler = handlerOf((basket) => {
      for (const sku of ["a", "b", "c"]) basket.set({ skus: [...(basket.get()?.skus ?? []), sku] });
      const held = basket.get();
      if (held !== undefined) basket.set(held);
    });

    const mutations = await answerTo(handler, batch(json('{"skus":[]}'), "x"));

    expect(mutations).toEqual([{ type: "MODIFY", name: "basket", value: json('{"skus":["a","b","c"]}') }]);
  });

  test("that is refused and caught leaves what was there", async () => {
    const handler = handlerOf((_basket, seen) => {
      seen.set(7);
      expect(() => {
        seen.set(1.5);
      }).toThrow(
        '[serialization] the state value seen of ns/fn "1": io.statefun.types/int: 1.5 is not a whole number',
      );
      expect(seen.get()).toBe(7);
    });

    const mutations = await answerTo(handler, batch(undefined, "x"));

    expect(mutations).toEqual([{ type: "MODIFY", name: "seen", value: wireValue.int(7) }]);
  });

  test("that is not called writes nothing, whatever becomes of what get returned", async () => {
    const handler = handlerOf((basket) => {
      (basket.get() as Basket).skus.push("lost");
    });

    expect(await answerTo(handler, batch(json('{"skus":[]}'), "x"))).toEqual([]);
  });
});

describe("update", () => {
  test("returns what is held now", async () => {
    const returned: unknown[] = [];
    const handler = handlerOf((_basket, seen) => returned.push(seen.update((n = 0) => n + 1)));

    await answerTo(handler, batch(undefined, "a", "b", "c"));

    expect(returned).toEqual([1, 2, 3]);
  });

  test("returns what the schema made of the value", async () => {
    const Page = jsonType("shop/Page", {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) => ({ value: { size: 20, ...(value as object) } }),
      },
    });
    const returned: unknown[] = [];
    const handler = recordingHandler([
      fn({ page: Page }, ({ storage }) => {
        returned.push(
          storage.page.update(() => ({})),
          storage.page.get(),
        );
      }),
    ]);

    const answer = await handler.answer(
      toFunction({ states: { page: undefined }, invocations: [wireValue.string("x")] }),
    );

    expect(returned).toEqual([{ size: 20 }, { size: 20 }]);
    expect(decode(answer).mutations[0]?.value).toEqual(wireValue.text("shop/Page", '{"size":20}'));
  });

  test("whose change throws leaves what was there", async () => {
    const handler = handlerOf((_basket, seen) => {
      seen.set(7);
      try {
        seen.update(() => {
          throw new Error("no change");
        });
      } catch {
        expect(seen.get()).toBe(7);
      }
    });

    const mutations = await answerTo(handler, batch(undefined, "x"));

    expect(mutations).toEqual([{ type: "MODIFY", name: "seen", value: wireValue.int(7) }]);
  });

  test("whose change is async is refused, because a promise is no value", async () => {
    const handler = recordingHandler([
      fn({ basket: Basket, seen: types.int }, ({ storage }) => {
        const change = (async (): Promise<number> => 7) as unknown as () => number;
        storage.seen.update(change);
      }),
    ]);

    const failure = await handler.failure(batch(undefined, "x"));

    expect(failure).toMatchObject({ code: "serialization", stateName: "seen" });
    expect(failure.message).toContain("an object (Promise)");
  });

  test("may use the value it changes", async () => {
    const handler = handlerOf((_basket, seen) => {
      seen.update((n = 0) => {
        seen.set(100);
        return n + 1;
      });
    });

    const mutations = await answerTo(handler, batch(undefined, "x"));

    expect(mutations).toEqual([{ type: "MODIFY", name: "seen", value: wireValue.int(1) }]);
  });
});

test("an error names the function, the id and the state value, as text and as fields", async () => {
  const handler = handlerOf((basket) => {
    basket.get();
  });

  const failure = await handler.failure(batch(json("{"), "x"));

  expect(failure).toMatchObject({ code: "serialization", typename: "ns/fn", id: "1", stateName: "basket" });
  expect(failure.message).toBe(
    '[serialization] the state value basket of ns/fn "1": shop/Basket: the bytes (1) are not JSON',
  );
});
