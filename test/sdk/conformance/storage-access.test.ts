import { describe, expect, test } from "@jest/globals";
import { jsonType, types } from "statefun";
import { decode, effects } from "../../support/decode.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V3 } from "./golden-bytes.js";
import { fn, ways } from "./ns-fn.js";

const hi = wireValue.string("hi");

/** Storage as JavaScript sees it: any name, and any use of it. */
type Untyped = Record<string, { get(): unknown; set(value: unknown): void; remove(): void }>;

const undeclared: readonly (readonly [what: string, use: (storage: Untyped) => unknown])[] = [
  ["reading", (storage) => storage.other?.get()],
  ["setting", (storage) => storage.other?.set(1)],
  ["removing", (storage) => storage.other?.remove()],
  ["assigning", (storage) => (storage.other = storage.seen as never)],
  ["a name in other letter case", (storage) => storage.Seen],
  ["a number", (storage) => storage["0"]],
  ["the empty name", (storage) => storage[""]],
];

describe.each(ways)("%s", (_, way) => {
  test.each(undeclared)(
    "K16: an undeclared state fails the batch with a clear error: %s",
    async (_what, use) => {
      const handler = recordingHandler([
        fn(
          { seen: types.int, last: types.string },
          way(({ storage }) => {
            storage.seen.set(1);
            use(storage);
          }),
        ),
      ]);

      const failure = await handler.failure(
        toFunction({ states: { seen: undefined, last: undefined }, invocations: [hi] }),
      );

      expect(failure).toMatchObject({ code: "invalid-argument", typename: "ns/fn" });
      expect(failure.message).toContain("declares no state value");
      expect(failure.message).toContain("it declares seen, last");
      expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
    },
  );
});

test("K16: assigning to a declared state fails the batch and says what to write instead", async () => {
  const handler = recordingHandler([
    fn({ seen: types.int }, ({ storage }) => {
      (storage as unknown as Record<string, number>).seen = 5;
    }),
  ]);

  const failure = await handler.failure(V3);

  expect(failure).toMatchObject({ code: "invalid-argument", typename: "ns/fn", stateName: "seen" });
  expect(failure.message).toContain("storage.seen.set(value)");
});

test("K16: a function that declares nothing says so", async () => {
  const handler = recordingHandler([fn({}, ({ storage }) => void (storage as Untyped).seen?.get())]);

  const failure = await handler.failure(V3);

  expect(failure.message).toContain("it declares none");
});

test("K16: what every object answers to, as logging and awaiting need, is no state", async () => {
  const seen: unknown[] = [];
  const handler = recordingHandler([
    fn({ seen: types.int }, async ({ storage }) => {
      const awaited: object = await Promise.resolve(storage);
      seen.push(
        awaited === storage,
        Object.prototype.toString.call(storage),
        JSON.stringify({ n: storage.seen.get() }),
      );
      seen.push(Object.hasOwn(storage, "other"), "other" in storage);
    }),
  ]);

  const answer = await handler.answer(V3);

  expect(seen).toEqual([
    true,
    "[object Object]",
    '{"n":2}',
    false,
    false,
    true,
    "[object Object]",
    '{"n":2}',
    false,
    false,
  ]);
  expect(hex(answer)).toBe(golden.R4);
});

describe("a state that is stored under another typename than the declared one", () => {
  const stored = { seen: wireValue.string("two"), n: undefined };
  const request = toFunction({ states: stored, invocations: [hi] });
  const uses: readonly (readonly [what: string, use: (cell: Untyped[string]) => void])[] = [
    ["get", (cell) => void cell.get()],
    [
      "set",
      (cell) => {
        cell.set(1);
      },
    ],
    [
      "update",
      (cell) => {
        (cell as unknown as { update(change: () => number): void }).update(() => 1);
      },
    ],
  ];

  test.each(uses)("K17: %s fails with an error that names both types", async (_, use) => {
    const handler = recordingHandler([
      fn({ seen: types.int, n: types.int }, ({ storage }) => {
        storage.n.set(1);
        use(storage.seen);
      }),
    ]);

    const failure = await handler.failure(request);

    expect(failure).toMatchObject({ code: "serialization", typename: "ns/fn", id: "1", stateName: "seen" });
    expect(failure.message).toContain("io.statefun.types/string");
    expect(failure.message).toContain("io.statefun.types/int");
    expect(handler.reports).toHaveLength(1);
  });

  test("K17: merely receiving it is no error", async () => {
    const handler = recordingHandler([
      fn({ seen: types.int, n: types.int }, ({ storage }) => {
        storage.n.set(1);
      }),
    ]);

    const answer = await handler.answer(request);

    expect(decode(answer)).toEqual(
      effects({ mutations: [{ type: "MODIFY", name: "n", value: wireValue.int(1) }] }),
    );
    expect(handler.reports).toEqual([]);
  });

  test("K17: setting it after removing it fails all the same: the cluster would see only the last", async () => {
    const handler = recordingHandler([
      fn({ seen: types.int, n: types.int }, ({ storage }, text) => {
        storage.seen.remove();
        expect(storage.seen.get()).toBeUndefined();
        if (text === "set") storage.seen.set(1);
        else storage.seen.update(() => 1);
      }),
    ]);

    for (const text of ["set", "update"]) {
      const failure = await handler.failure(
        toFunction({ states: stored, invocations: [wireValue.string(text)] }),
      );

      expect(failure).toMatchObject({ code: "serialization", stateName: "seen" });
    }
  });

  test("K17: removing it is no error, since a deletion carries no type", async () => {
    const handler = recordingHandler([
      fn({ seen: types.int, n: types.int }, ({ storage }) => {
        storage.seen.remove();
      }),
    ]);

    const answer = await handler.answer(request);

    expect(hex(answer)).toBe(golden.R5);
  });

  test.each(["", "io.statefun.types/unset", "io.statefun.types/INT", "io.statefun.types/int "])(
    "K17: typenames are compared letter by letter: %j is not int",
    async (typename) => {
      const handler = recordingHandler([fn({ seen: types.int }, ({ storage }) => void storage.seen.get())]);

      const failure = await handler.failure(
        toFunction({ states: { seen: wireValue.of(typename, "0d01000000") }, invocations: [hi] }),
      );

      expect(failure.code).toBe("serialization");
    },
  );

  test("K17: int and float share their encoding and are told apart all the same", async () => {
    const handler = recordingHandler([fn({ seen: types.float }, ({ storage }) => void storage.seen.get())]);

    const failure = await handler.failure(
      toFunction({ states: { seen: wireValue.int(1) }, invocations: [hi] }),
    );

    expect(failure.code).toBe("serialization");
  });
});

test("K17: a stored value that does not fit its own type fails at the read, not before", async () => {
  const Cart = jsonType<{ n: number }>("shop/Cart");
  const handler = recordingHandler([
    fn({ cart: Cart }, ({ storage }, text) => {
      if (text === "read") storage.cart.get();
      else storage.cart.set({ n: 1 });
    }),
  ]);
  const batch = (text: string): Uint8Array =>
    toFunction({
      states: { cart: wireValue.text("shop/Cart", "{") },
      invocations: [wireValue.string(text)],
    });

  const failure = await handler.failure(batch("read"));
  const answer = await handler.answer(batch("replace"));

  expect(failure).toMatchObject({ code: "serialization", stateName: "cart", typename: "ns/fn", id: "1" });
  expect(decode(answer)).toEqual(
    effects({
      mutations: [{ type: "MODIFY", name: "cart", value: wireValue.text("shop/Cart", '{"n":1}') }],
    }),
  );
});
