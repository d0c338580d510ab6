import { describe, expect, jest, test } from "@jest/globals";
import { customType, functionType, jsonType, statefulFunction, types } from "statefun";
import type { Address, AnyStatefulFunction, Context, MessageOf, StateFunErrorCode, Storage } from "statefun";
import { decode, effects } from "../support/decode.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { ways } from "./conformance/ns-fn.js";

// Each kind of failure once more, through one function: what onError is told, and that nothing leaves.

const Item = jsonType("shop/Item", {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value: unknown) =>
      (value as { ok?: boolean }).ok === true ? { value } : { issues: [{ message: "is not ok" }] },
  },
});
const Stubborn = customType<string>("shop/Stubborn", {
  serialize: () => {
    throw new Error("will not");
  },
  deserialize: () => "",
});
const specs = { item: Item, stubborn: Stubborn };
type TestContext = Context<MessageOf<typeof types.string>, Storage<typeof specs>>;

const boom = new Error("boom");

interface Failing {
  readonly code: StateFunErrorCode;
  readonly says: string;
  readonly stateName?: string;
  /** Whether it shows only when the batch ends. */
  readonly atTheEnd?: true;
  readonly does: (context: TestContext) => void;
}

const failing: Readonly<Record<string, Failing>> = {
  "throws an error": {
    code: "function-failed",
    says: 'the handler of "io.statefun.types/string" in ns/fn "1" threw: boom',
    does() {
      throw boom;
    },
  },
  "sends to nowhere": {
    code: "invalid-argument",
    says: "the target of a message is undefined without an id",
    does(context) {
      context.send(undefined as unknown as Address, types.int(7));
    },
  },
  "sends a message that cannot be encoded": {
    code: "serialization",
    says: "shop/Stubborn: serialize threw",
    does(context) {
      context.send(context.self as Address, Stubborn("x"));
    },
  },
  "sends a value that does not fit": {
    code: "serialization",
    says: "2147483648 is not a whole number from -2147483648 to 2147483647",
    does(context) {
      context.send(context.self as Address, types.int(2 ** 31));
    },
  },
  "sends one token twice": {
    code: "invalid-argument",
    says: 'the cancellation token "t" names a delayed message of this batch already',
    does(context) {
      context.sendAfter({ hours: 1 }, context.self, types.string("a"), { cancellationToken: "t" });
      context.sendAfter({ hours: 1 }, context.self, types.string("b"), { cancellationToken: "t" });
    },
  },
  "reads a state value that does not fit its schema": {
    code: "serialization",
    says: 'the state value item of ns/fn "1": shop/Item: the value does not fit the schema: is not ok',
    stateName: "item",
    does(context) {
      context.storage.item.get();
    },
  },
  "sets a state value that does not fit its schema": {
    code: "serialization",
    says: 'the state value item of ns/fn "1": shop/Item: the value does not fit the schema: is not ok',
    stateName: "item",
    does(context) {
      context.storage.item.set({ ok: false });
    },
  },
  "leaves a state value that cannot be encoded": {
    code: "serialization",
    says: 'the state value stubborn of ns/fn "1": shop/Stubborn: serialize threw',
    stateName: "stubborn",
    atTheEnd: true,
    does(context) {
      context.storage.stubborn.set("x");
    },
  },
  "uses a state value that is not declared": {
    code: "invalid-argument",
    says: "ns/fn declares no state value other; it declares item, stubborn",
    stateName: "other",
    does(context) {
      (context.storage as unknown as Record<string, { get(): void }>).other?.get();
    },
  },
};

describe.each(ways)("%s", (_, way) => {
  test.each(Object.entries(failing))(
    "that %s fails its batch, and is reported once",
    async (_name, given) => {
      const handler = recordingHandler([
        served(
          way((context: TestContext) => {
            given.does(context);
          }),
        ),
      ]);
      const request = batch("first", "fails", ...(given.atTheEnd === true ? [] : ["never"]));

      const failure = await handler.failure(request);

      expect(failure.code).toBe(given.code);
      expect(failure.message).toContain(`[${given.code}] `);
      expect(failure.message).toContain(given.says);
      expect(failure.stateName).toBe(given.stateName);
      expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
    },
  );

  test.each(Object.entries(failing))("that %s leaves nothing for the next batch", async (_name, given) => {
    const handler = recordingHandler([
      served(
        way((context: TestContext) => {
          given.does(context);
        }),
      ),
    ]);

    await handler.failure(batch("first", "fails"));
    const answer = await handler.answer(batch("first"));

    expect(decode(answer)).toEqual(
      effects({
        messages: [
          { to: { namespace: "ns", type: "fn", id: "1" }, argument: wireValue.string("from first") },
        ],
        delayed: [
          {
            isCancellation: false,
            token: "",
            delayMillis: 1000n,
            to: { namespace: "ns", type: "fn", id: "1" },
            argument: wireValue.string("later"),
          },
        ],
      }),
    );
  });
});

test.each([
  ["of a type without a handler", wireValue.int(7), "unhandled-message", 'of type "io.statefun.types/int"'],
  ["without a typename", wireValue.none(""), "unhandled-message", 'of type ""'],
  ["without a value", wireValue.none("io.statefun.types/string"), "serialization", "and has no value"],
  [
    "that does not fit its type",
    wireValue.of("io.statefun.types/string", "0d01000000"),
    "serialization",
    "foreign wire type",
  ],
  [
    "that is cut short",
    wireValue.of("io.statefun.types/string", "0a05"),
    "serialization",
    "are not a value of this type",
  ],
])(
  "a message %s fails its batch before a handler runs, and is reported once",
  async (_, message, code, says) => {
    const ran = jest.fn((): void => undefined);
    const handler = recordingHandler([served(ran)]);

    const failure = await handler.failure(
      toFunction({ states, invocations: [message, wireValue.string("never")] }),
    );

    expect(failure).toMatchObject({ code, typename: "ns/fn", id: "1" });
    expect(failure.message).toContain('ns/fn "1"');
    expect(failure.message).toContain(says);
    expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
    expect(ran).not.toHaveBeenCalled();
  },
);

test("no message of an error holds a value of the author's object", async () => {
  const handler = recordingHandler([
    served(({ storage }) => {
      storage.item.set({ ok: false, password: "hunter2" });
    }),
  ]);

  const failure = await handler.failure(batch("fails"));

  expect(failure.message).not.toContain("hunter2");
});

const states = { item: wireValue.text("shop/Item", "{}"), stubborn: undefined };

function batch(...texts: readonly string[]): Uint8Array {
  return toFunction({ states, invocations: texts.map(wireValue.string) });
}

/** `ns/fn`: has effects at "first", and does what the test wants at "fails". */
function served(does: (context: TestContext, text: string) => void | Promise<void>): AnyStatefulFunction {
  return statefulFunction(functionType("ns/fn", [types.string]), {
    storage: specs,
    on: {
      [types.string.typename](context, text) {
        if (text === "fails") return does(context, text);
        if (text === "never") throw new Error("a batch went on after it had failed");
        context.send(context.self, types.string("from first"));
        context.sendAfter({ seconds: 1 }, context.self, types.string("later"));
        return undefined;
      },
    },
  });
}
