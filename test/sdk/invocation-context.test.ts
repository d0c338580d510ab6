import { describe, expect, test } from "@jest/globals";
import { functionType, types } from "statefun";
import type { Context } from "statefun";
import { decode } from "../support/decode.js";
import { gate } from "../support/gate.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { fn, T } from "./conformance/ns-fn.js";

const Other = functionType("ns/other", [types.int]);

const fromOther = (text: string, id: string) => ({
  argument: wireValue.string(text),
  caller: { namespace: "ns", type: "other", id },
});

describe("a context", () => {
  test("belongs to one invocation: work that outlives its handler keeps its caller and headers", async () => {
    const done = gate();
    const contexts: Context[] = [];
    const seen: unknown[] = [];
    const handler = recordingHandler([
      fn({}, (context) => {
        contexts.push(context as Context);
      }),
    ]);
    const request = toFunction({
      invocations: [
        fromOther("a", "9"),
        { ...wireValue.string("b"), headers: [{ key: "k", hex: "01" }] },
        fromOther("c", "8"),
      ],
    });

    await handler.answer(request);
    setImmediate(() => {
      for (const { caller, headers } of contexts) seen.push([caller?.id, headers.length]);
      done.open();
    });
    await done.passed;

    expect(seen).toEqual([
      ["9", 0],
      [undefined, 1],
      ["8", 0],
    ]);
    expect(new Set(contexts).size).toBe(3);
  });

  test("has the self and the storage of its batch", async () => {
    const selves: unknown[] = [];
    const storages: unknown[] = [];
    const handler = recordingHandler([
      fn({ seen: types.int }, ({ self, storage }) => {
        selves.push(self);
        storages.push(storage);
      }),
    ]);

    await handler.answer(
      toFunction({
        states: { seen: undefined },
        invocations: [wireValue.string("a"), wireValue.string("b")],
      }),
    );

    expect(selves).toEqual([
      { typename: "ns/fn", id: "1" },
      { typename: "ns/fn", id: "1" },
    ]);
    expect(storages[0]).toBe(storages[1]);
  });

  test("gives a caller that functionType.from recognises, and to which can be answered", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        const other = Other.from(context.caller);
        if (other !== undefined) context.send(other, types.int(7));
        expect(T.from(context.caller)).toBeUndefined();
      }),
    ]);
    const request = toFunction({ invocations: [fromOther("a", "9"), wireValue.string("b")] });

    const answer = decode(await handler.answer(request));

    expect(answer.messages).toEqual([
      { to: { namespace: "ns", type: "other", id: "9" }, argument: wireValue.int(7) },
    ]);
  });

  test("may be destructured: storage, self, caller, headers and signal are taken apart as they are", async () => {
    const seen: unknown[] = [];
    const handler = recordingHandler([
      fn({ seen: types.int }, ({ self, caller, headers, storage: { seen: cell }, signal }) => {
        seen.push(self.id, caller?.id, headers, cell.get(), signal.aborted);
      }),
    ]);

    await handler.answer(
      toFunction({ states: { seen: wireValue.int(3) }, invocations: [fromOther("a", "9")] }),
    );

    expect(seen).toEqual(["1", "9", [], 3, false]);
  });
});

describe("a caller whose typename cannot be split again", () => {
  test.each([
    ["a slash in its namespace", { namespace: "a/b", type: "c", id: "1" }],
    ["a slash in its name", { namespace: "a", type: "b/c", id: "1" }],
    ["an empty namespace", { namespace: "", type: "c", id: "1" }],
    ["an empty name", { namespace: "a", type: "", id: "1" }],
    ["an id only", { namespace: "", type: "", id: "1" }],
  ])("is answered where it is, with %s", async (_, caller) => {
    const handler = recordingHandler([
      fn({}, async (context) => {
        const { caller: to } = context;
        await Promise.resolve();
        if (to !== undefined) context.send(to, types.int(7));
      }),
    ]);

    const answer = decode(
      await handler.answer(toFunction({ invocations: [{ argument: wireValue.string("hi"), caller }] })),
    );

    expect(answer.messages).toEqual([{ to: caller, argument: wireValue.int(7) }]);
  });
});
