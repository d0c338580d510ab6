import { describe, expect, test } from "@jest/globals";
import type { StorageSpecs } from "statefun";
import { customType, jsonType, types } from "statefun";
import { decode, effects } from "../../support/decode.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue, type WireValue } from "../../support/wire-value.js";
import { golden, V2, V3 } from "./golden-bytes.js";
import type { FnHandler } from "./ns-fn.js";
import { fn, ways } from "./ns-fn.js";

/** A batch for `ns/fn` whose messages say what to do with its state. */
function commands(states: Readonly<Record<string, WireValue | undefined>>, ...texts: string[]): Uint8Array {
  return toFunction({ states, invocations: texts.map((text) => wireValue.string(text)) });
}

async function answerTo<S extends StorageSpecs>(
  storage: S,
  handle: FnHandler<S>,
  request: Uint8Array,
): Promise<Uint8Array> {
  return recordingHandler([fn(storage, handle)]).answer(request);
}

describe.each(ways)("%s", (_, way) => {
  test("K07: a batch sees its own writes and makes one mutation of them", async () => {
    const read: unknown[] = [];

    const answer = await answerTo(
      { seen: types.int },
      way(({ storage }) => {
        read.push(storage.seen.get());
        storage.seen.set((storage.seen.get() ?? 0) + 1);
        read.push(storage.seen.get());
      }),
      V3,
    );

    expect(read).toEqual([2, 3, 3, 4]);
    expect(hex(answer)).toBe(golden.R3);
  });

  test("K07: a thousand writes to two states make one mutation each, in the order of their declaration", async () => {
    const texts = Array.from({ length: 1000 }, (_item, index) => (index % 2 === 0 ? "b" : "a"));

    const answer = await answerTo(
      { a: types.long, b: types.string, c: types.int },
      way(({ storage }, text) => {
        if (text === "a") storage.a.update((n = 0n) => n + 1n);
        else storage.b.update((held = "") => held + "x");
      }),
      commands({ c: undefined, b: undefined, a: wireValue.long(2n ** 53n) }, ...texts),
    );

    expect(decode(answer)).toEqual(
      effects({
        mutations: [
          modified("a", wireValue.long(2n ** 53n + 500n)),
          modified("b", wireValue.string("x".repeat(500))),
        ],
      }),
    );
  });

  test("K08: a state that is only read is not mutated", async () => {
    const read: unknown[] = [];

    const answer = await answerTo(
      { seen: types.int },
      way(({ storage }) => void read.push(storage.seen.get())),
      V3,
    );

    expect(read).toEqual([2, 2]);
    expect(hex(answer)).toBe(golden.R4);
  });

  test("K11: a removed state is missing for the rest of the batch", async () => {
    const read: unknown[] = [];

    const answer = await answerTo(
      { seen: types.int },
      way(({ storage }) => {
        read.push(storage.seen.get());
        storage.seen.remove();
        read.push(storage.seen.get());
      }),
      V3,
    );

    expect(read).toEqual([2, undefined, undefined, undefined]);
    expect(hex(answer)).toBe(golden.R5);
  });

  test("K13: removing a missing state is a deletion and no error", async () => {
    const answer = await answerTo(
      { seen: types.int },
      way(({ storage }) => {
        storage.seen.remove();
        storage.seen.remove();
      }),
      V2,
    );

    expect(hex(answer)).toBe(golden.R5);
  });
});

test("K08: a state that was never looked at is neither decoded nor mutated", async () => {
  const broken = wireValue.of("io.statefun.types/int", "ff");

  const answer = await answerTo(
    { seen: types.int, n: types.int },
    ({ storage }) => {
      storage.n.set(1);
    },
    commands({ seen: broken, n: undefined }, "go"),
  );

  expect(decode(answer)).toEqual(effects({ mutations: [modified("n", wireValue.int(1))] }));
});

test("K08: setting the value that is stored already is a write, which refreshes its expiry", async () => {
  const answer = await answerTo(
    { seen: types.int },
    ({ storage }) => {
      storage.seen.set(storage.seen.get() ?? 0);
    },
    V3,
  );

  expect(decode(answer)).toEqual(effects({ mutations: [modified("seen", wireValue.int(2))] }));
});

const defaults = {
  boolean: [types.boolean, false, "io.statefun.types/bool"],
  int: [types.int, 0, "io.statefun.types/int"],
  long: [types.long, 0n, "io.statefun.types/long"],
  float: [types.float, 0, "io.statefun.types/float"],
  double: [types.double, 0, "io.statefun.types/double"],
  string: [types.string, "", "io.statefun.types/string"],
  bytes: [types.bytes, new Uint8Array(), "statefun.types/bytes"],
} as const;

test("K09: zero is a value: it is written without bytes and read in the next invocation", async () => {
  const read: unknown[] = [];

  const answer = await answerTo(
    { seen: types.int },
    ({ storage }, text) => {
      if (text === "set") storage.seen.set(0);
      else read.push(storage.seen.get());
    },
    commands({ seen: undefined }, "set", "read"),
  );

  expect(read).toEqual([0]);
  expect(hex(answer)).toBe(golden.R13);
});

test.each(Object.entries(defaults))(
  "K09: the default of %s is a value: set, read again, and written without bytes",
  async (_, [type, value, typename]) => {
    const read: unknown[] = [];

    const answer = await answerTo(
      { seen: type as typeof types.string },
      ({ storage }, text) => {
        if (text === "set") storage.seen.set(value as string);
        else read.push(storage.seen.get());
      },
      commands({ seen: undefined }, "set", "read"),
    );

    expect(read).toEqual([value]);
    expect(decode(answer)).toEqual(effects({ mutations: [modified("seen", wireValue.of(typename, ""))] }));
  },
);

test.each(Object.entries(defaults))(
  "K10: a stored %s without bytes reads as its default, not as missing",
  async (_, [type, value, typename]) => {
    const read: unknown[] = [];

    const answer = await answerTo(
      { seen: type as typeof types.string },
      ({ storage }) => void read.push(storage.seen.get()),
      commands({ seen: wireValue.of(typename, "") }, "read"),
    );

    expect(read).toEqual([value]);
    expect(hex(answer)).toBe(golden.R4);
  },
);

describe("K12: only the last of several changes counts", () => {
  const changes: readonly (readonly [batch: string[], expected: WireValue | "deleted" | "untouched"])[] = [
    [["set 7, remove"], "deleted"],
    [["set 7", "remove"], "deleted"],
    [["remove, set 7"], wireValue.int(7)],
    [["remove", "set 7"], wireValue.int(7)],
    [["remove, set 0"], wireValue.int(0)],
    [["set 7, remove, set 8"], wireValue.int(8)],
    [["remove, set 7, remove"], "deleted"],
    [["set 7", "remove", "set 8", "remove", "set 9"], wireValue.int(9)],
    [["remove, update"], wireValue.int(1)],
    [["set 7, update", "update"], wireValue.int(9)],
    [["update, remove"], "deleted"],
    [["get", "get, get"], "untouched"],
    [["get, set 2"], wireValue.int(2)],
  ];

  test.each(changes)("K12: %j", async (batch, expected) => {
    const answers = await Promise.all(
      [undefined, wireValue.int(2)].map((seen) =>
        answerTo(
          { seen: types.int },
          ({ storage: { seen: cell } }, text) => {
            for (const [action, operand] of text.split(", ").map((step) => step.split(" "))) {
              if (action === "set") cell.set(Number(operand));
              else if (action === "update") cell.update((n = 0) => n + 1);
              else if (action === "remove") cell.remove();
              else cell.get();
            }
          },
          commands({ seen }, ...batch),
        ),
      ),
    );

    const mutations =
      expected === "untouched" ? [] : [expected === "deleted" ? deleted("seen") : modified("seen", expected)];
    expect(answers.map(decode)).toEqual([effects({ mutations }), effects({ mutations })]);
  });
});

describe("K18: nothing cannot be stored", () => {
  const Cart = jsonType<{ n: number } | null>("shop/Cart");
  const Custom = customType<string | null>("shop/custom", {
    serialize: (value) => Buffer.from(String(value)),
    deserialize: (bytes) => Buffer.from(bytes).toString(),
  });

  test.each(Object.entries({ ...types, Custom }))(
    "K18: null and undefined are refused for %s",
    async (_, type) => {
      for (const nothing of [null, undefined]) {
        const handler = recordingHandler([
          fn({ seen: type as typeof types.string }, ({ storage }, text) => {
            if (text === "set") storage.seen.set(nothing as never);
            else storage.seen.update(() => nothing as never);
          }),
        ]);

        const failures = [
          await handler.failure(commands({ seen: undefined }, "set")),
          await handler.failure(commands({ seen: undefined }, "update")),
        ];

        for (const failure of failures) {
          expect(failure).toMatchObject({
            code: "serialization",
            typename: "ns/fn",
            id: "1",
            stateName: "seen",
          });
          expect(failure.message).toContain(String(nothing));
        }
      }
    },
  );

  test("K18: a refused value that is caught leaves the state as it was", async () => {
    const answer = await answerTo(
      { seen: types.int },
      ({ storage }) => {
        expect(() => {
          storage.seen.set(null as never);
        }).toThrow("[serialization]");
        expect(storage.seen.get()).toBe(2);
      },
      V3,
    );

    expect(hex(answer)).toBe(golden.R4);
  });

  test("K18: JSON has a null of its own, which is a value; undefined is none", async () => {
    const handler = recordingHandler([
      fn({ cart: Cart }, ({ storage }, text) => {
        storage.cart.set(text === "null" ? null : (undefined as never));
        expect(storage.cart.get()).toBeNull();
      }),
    ]);

    const answer = await handler.answer(commands({ cart: undefined }, "null"));
    const failure = await handler.failure(commands({ cart: undefined }, "undefined"));

    expect(decode(answer)).toEqual(
      effects({ mutations: [modified("cart", wireValue.text("shop/Cart", "null"))] }),
    );
    expect(failure.code).toBe("serialization");
  });
});

function modified(name: string, value: WireValue): { type: "MODIFY"; name: string; value: WireValue } {
  return { type: "MODIFY", name, value };
}

function deleted(name: string): { type: "DELETE"; name: string } {
  return { type: "DELETE", name };
}
