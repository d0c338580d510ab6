// Storage: cells by name, whose values are read-only however deep, and go back in as they came out.
import { z } from "zod";
import {
  customType,
  jsonType,
  statefulFunction,
  types,
  valueSpec,
  functionType,
  type DeepReadonly,
  type Value,
} from "statefun";
import { exactly, fits } from "./exactly.js";

interface Order {
  id: string;
  lines: { sku: string; tags: string[] }[];
  corner: [number, { deep: string[] }];
  note?: string;
}

const Tick = functionType("shop/tick", [types.int]);
const encoder = new TextEncoder();
const OrderType = jsonType<Order>("shop/Order");

statefulFunction(Tick, {
  storage: {
    order: OrderType,
    seen: types.int,
    total: valueSpec(types.long, { expireAfterCall: { days: 1 } }),
    matrix: jsonType<number[][]>("shop/Matrix"),
    anything: jsonType("shop/Anything"),
    picture: types.bytes,
    // Types made in place are typed like those with a name.
    inPlace: jsonType("shop/InPlace", z.object({ at: z.array(z.number()) })),
    oneSide: customType("shop/OneSide", {
      serialize: (text: string) => encoder.encode(text),
      deserialize: String,
    }),
  },
  on: {
    [types.int.typename]({ storage }) {
      // A bare type and a value spec are cells alike, each of its own type.
      exactly<Value<number>>()(storage.seen);
      exactly<Value<bigint>>()(storage.total);
      exactly<number | undefined>()(storage.seen.get());
      exactly<bigint | undefined>()(storage.total.get());
      exactly<Uint8Array | undefined>()(storage.picture.get());

      exactly<readonly number[] | undefined>()(storage.inPlace.get()?.at);
      exactly<string | undefined>()(storage.oneSide.get());
      storage.anything.set([1, { a: [2] }]);

      // Names that are not declared do not compile, and cells are not assigned.
      // @ts-expect-error there is no state value `sen`
      fits<unknown>(storage.sen);
      // @ts-expect-error a cell is written with set()
      storage.seen = 7;

      // A value is missing until it is set.
      const order = storage.order.get();
      // @ts-expect-error the order may be missing
      fits<string>(order.id);
      if (order === undefined) return;

      // What get() returns is read-only, however deep.
      exactly<DeepReadonly<Order>>()(order);
      exactly<string>()(order.id);
      // @ts-expect-error a property is read-only
      order.id = "o-2";
      // @ts-expect-error an array is read-only
      order.lines.push({ sku: "tea", tags: [] });
      // @ts-expect-error an element is read-only
      order.lines[0] = { sku: "tea", tags: [] };
      for (const line of order.lines) {
        // @ts-expect-error what an array holds is read-only
        line.sku = "tea";
        // @ts-expect-error an array in an array is read-only
        line.tags.push("hot");
      }
      // @ts-expect-error a tuple is read-only
      order.corner[0] = 1;
      // @ts-expect-error what a tuple holds is read-only
      order.corner[1].deep.push("down");
      // @ts-expect-error a matrix is read-only in both directions
      storage.matrix.get()?.[0]?.push(1);
      // @ts-expect-error sorting would happen in place
      storage.matrix.get()?.sort();

      // set takes it back, and what was made of it.
      storage.order.set(order);
      storage.order.set({ ...order, note: "gift" });
      storage.order.set({ ...order, lines: [...order.lines, { sku: "tea", tags: ["hot"] }] });
      storage.matrix.set([[1, 2], [3]]);
      storage.seen.set(7);
      storage.total.set(7n);
      // @ts-expect-error a property is missing
      storage.order.set({ id: "o-1", lines: [] });
      // @ts-expect-error an int is a number
      storage.seen.set("7");
      // @ts-expect-error a long is a bigint
      storage.total.set(7);
      // @ts-expect-error a value is removed with remove()
      storage.seen.set(undefined);

      // update too, and returns what is held now.
      exactly<number>()(storage.seen.update((n = 0) => n + 1));
      storage.order.update((held) => ({ ...(held ?? order), note: "gift" }));
      storage.order.update((held = order) => held);
      exactly<DeepReadonly<Order>>()(storage.order.update(() => order));
      // @ts-expect-error the held value may be missing
      storage.seen.update((n) => n + 1);
      // @ts-expect-error update returns a value; remove() is for none
      storage.seen.update(() => undefined);
      // @ts-expect-error update does not wait: await first, then set
      storage.seen.update(async (n = 0) => n + 1);

      storage.seen.remove();
      // @ts-expect-error remove takes nothing
      storage.seen.remove(7);
    },
  },
});

// Read-only reaches into whatever a type can hold.
exactly<{ readonly a: readonly { readonly b: readonly number[] }[] }>()(
  fits<DeepReadonly<{ a: { b: number[] }[] }>>({ a: [] }),
);
exactly<readonly [number, readonly string[]]>()(fits<DeepReadonly<[number, string[]]>>([1, []]));
exactly<ReadonlyMap<string, readonly number[]>>()(fits<DeepReadonly<Map<string, number[]>>>(new Map()));
exactly<ReadonlySet<{ readonly a: number }>>()(fits<DeepReadonly<Set<{ a: number }>>>(new Set()));
exactly<{ readonly a?: readonly string[] }>()(fits<DeepReadonly<{ a?: string[] }>>({}));
exactly<"a" | readonly number[]>()(fits<DeepReadonly<"a" | number[]>>(fits<"a" | readonly number[]>("a")));
declare const map: DeepReadonly<Map<string, number[]>>;
// @ts-expect-error a map is read-only
map.set("a", []);
// @ts-expect-error what a map holds is read-only
map.get("a")?.push(1);

// Functions, dates and byte arrays stay what they are, and so does what is not known.
exactly<Date>()(fits<DeepReadonly<Date>>(new Date(0)));
exactly<Uint8Array>()(fits<DeepReadonly<Uint8Array>>(new Uint8Array(0)));
exactly<unknown>()(fits<DeepReadonly<unknown>>(7));
