import { expect, test } from "@jest/globals";
import { functionType, requestReplyHandler, statefulFunction, types, valueSpec } from "statefun";
import { startDevRuntime } from "../../../../dev/runtime/dev-runtime.js";
import type { RuntimeView } from "../../../../dev/runtime/runtime-view.js";

const Cell = functionType("shop/cell", [types.boolean]);

/** Holds a value for true, and nothing for false. */
const cell = statefulFunction(Cell, {
  storage: { held: types.boolean },
  on: {
    [types.boolean.typename](context, isHeld) {
      if (isHeld) context.storage.held.set(true);
      else context.storage.held.remove();
    },
  },
});

function pages(view: RuntimeView, limit: number): readonly (readonly string[])[] {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = view.addresses({ limit, cursor });
    found.push(items.map(({ address }) => address.id));
    cursor = next;
  } while (cursor !== undefined);
  return found;
}

test("addresses whose state was removed since the last commit end no page early", async () => {
  const runtime = await startDevRuntime(requestReplyHandler([cell]));
  for (const id of ["a", "b", "c", "d", "e", "f"]) runtime.send(Cell.address(id), types.boolean(true));
  await runtime.idle();

  for (const id of ["a", "b", "c", "d"]) runtime.send(Cell.address(id), types.boolean(false));

  expect(pages(runtime.view, 1)).toEqual([["e"], ["f"]]);
  await runtime.idle();
  expect(pages(runtime.view, 1)).toEqual([["e"], ["f"]]);
  await runtime.close();
});

test("addresses whose state is not committed yet stand in their place", async () => {
  const runtime = await startDevRuntime(requestReplyHandler([cell]));
  for (const id of ["b", "d"]) runtime.send(Cell.address(id), types.boolean(true));
  await runtime.idle();

  for (const id of ["a", "c", "e"]) runtime.send(Cell.address(id), types.boolean(true));

  expect(pages(runtime.view, 2)).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  await runtime.close();
});

test("values that have expired are not counted, whether or not they are in the store still", async () => {
  const lent = statefulFunction(Cell, {
    storage: {
      held: types.boolean,
      lent: valueSpec(types.boolean, { expireAfterWrite: { seconds: 1 } }),
    },
    on: {
      [types.boolean.typename](context, isHeld) {
        if (isHeld) context.storage.held.set(true);
        context.storage.lent.set(true);
      },
    },
  });
  const runtime = await startDevRuntime(requestReplyHandler([lent]));
  runtime.send(Cell.address("both"), types.boolean(true));
  runtime.send(Cell.address("lent"), types.boolean(false));
  const counts = (): readonly [string, number, number][] =>
    runtime.view
      .addresses({ limit: 10 })
      .items.map(({ address, states, stateBytes }) => [address.id, states, stateBytes]);
  await runtime.idle();
  expect(counts()).toEqual([
    ["both", 2, 4],
    ["lent", 1, 2],
  ]);

  await runtime.advance({ seconds: 1 });
  expect(counts()).toEqual([
    ["both", 1, 2],
    ["lent", 0, 0],
  ]);
  await runtime.advance({ minutes: 11 });

  expect(counts()).toEqual([["both", 1, 2]]);
  await runtime.close();
});
