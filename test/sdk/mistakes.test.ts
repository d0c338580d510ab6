// The ten typical mistakes. Each is caught by the compiler, at start-up, or at the line that is wrong; for those who
// write JavaScript, the ones the compiler catches are caught later, in words that help as much.
import path from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import ts from "typescript";
import { z } from "zod";
import {
  functionType,
  jsonType,
  kafkaEgress,
  requestReplyHandler,
  statefulFunction,
  types,
  valueSpec,
} from "statefun";
import type {
  Address,
  Context,
  ExpirationOptions,
  StandardSchema,
  StateFunError,
  StorageSpecs,
} from "statefun";
import { programOfTexts } from "../../scripts/checks/program.js";
import { gate } from "../support/gate.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { V1 } from "./conformance/golden-bytes.js";
import { fn } from "./conformance/ns-fn.js";

const root = path.resolve(__dirname, "../..");

const contract = `
import { z } from "zod";
import { functionType, jsonType, kafkaEgress, types } from "statefun";

export const AddItem = jsonType("shop/AddItem", z.object({ sku: z.string() }));
export const Abandon = jsonType("shop/Abandon", z.object({}));
export const Items = jsonType("shop/Items", z.object({ skus: z.array(z.string()) }));
export const Cart = functionType("shop/cart", [AddItem, Abandon]);
export const Billing = functionType("shop/billing", [types.long]);
export const Orders = kafkaEgress("shop/orders");
`;

/** A handler of the cart with one line of the test's own, which the compiler is to refuse. */
const cartWith = (line: string): string => `
import { statefulFunction } from "statefun";
import { Abandon, AddItem, Billing, Cart, Items, Orders } from "./contract.js";

export const cart = statefulFunction(Cart, {
  storage: { items: Items },
  on: {
    [AddItem.typename](context, { sku }) {
      context.send(Billing.address(sku), Orders as never);
      ${line} // <- here
    },
    [Abandon.typename]: () => undefined,
  },
});
`;

interface Mistake {
  readonly text: string;
  /** What the compiler points at, on the line that says "here". */
  readonly at: string;
  readonly says: RegExp;
}

const mistakes: Readonly<Record<string, Mistake>> = {
  "a wrong message": {
    text: cartWith(`context.send(Billing.address(sku), AddItem({ sku }));`),
    at: "AddItem({ sku })",
    says: /^Argument of type 'TypedValue<"shop\/AddItem", .*' is not assignable to parameter of type '.*TypedValue<"io.statefun.types\/long", bigint>/,
  },
  "a wrong message to itself": {
    text: cartWith(`context.send(context.self, Items({ skus: [sku] }));`),
    at: "Items({ skus: [sku] })",
    says: /^Argument of type 'TypedValue<"shop\/Items", .*' is not assignable/,
  },
  "a missing handler": {
    text: `
import { statefulFunction } from "statefun";
import { AddItem, Cart } from "./contract.js";

export const cart = statefulFunction(Cart, {
  on: { [AddItem.typename]: () => undefined }, // <- here
});
`,
    at: "on",
    says: /^Property '"shop\/Abandon"' is missing in type/,
  },
  "an in-place change of an array in the state": {
    text: cartWith(`context.storage.items.get()?.skus.push(sku);`),
    at: "push",
    says: /^Property 'push' does not exist on type 'readonly string\[\]'/,
  },
  "an in-place change of a property of the state": {
    text: cartWith(`const held = context.storage.items.get(); if (held !== undefined) held.skus = [sku];`),
    at: "skus",
    says: /^Cannot assign to 'skus' because it is a read-only property/,
  },
  "both expirations": {
    text: `
import { valueSpec } from "statefun";
import { Items } from "./contract.js";

export const items = valueSpec(Items, { expireAfterWrite: { days: 30 }, expireAfterCall: { days: 1 } }); // <- here
`,
    at: "expireAfterCall",
    says: /^Type '\{ days: number; \}' is not assignable to type 'undefined'/,
  },
  "a delayed egress record": {
    text: cartWith(`context.sendAfter({ hours: 2 }, Orders, { topic: "orders", value: sku });`),
    at: "Orders",
    says: /^Argument of type 'Egress<KafkaRecord>' is not assignable to parameter of type 'Address</,
  },
  "an unknown state value": {
    text: cartWith(`context.storage.item.remove();`),
    at: "item",
    says: /^Property 'item' does not exist on type 'Storage<.*'\. Did you mean 'items'\?/,
  },
  "a transforming schema": {
    text: `
import { z } from "zod";
import { jsonType } from "statefun";

const toDate = z.string().transform((text) => new Date(text));
export const Order = jsonType("shop/Order", z.object({ at: toDate })); // <- here
`,
    at: "z.object({ at: toDate })",
    says: /This schema returns something that it does not accept \(a transform\), so what it wrote could not be read again\. Validate here and transform in the handler\./,
  },
};

describe("the compiler catches", () => {
  let program: ts.Program;

  beforeAll(() => {
    const files = [
      { path: "test/mistakes/contract.ts", text: contract },
      { path: "test/mistakes/none.ts", text: cartWith("context.storage.items.set({ skus: [sku] });") },
      ...Object.values(mistakes).map(({ text }, index) => ({
        path: `test/mistakes/${String(index)}.ts`,
        text,
      })),
    ];
    program = programOfTexts(root, files);
  }, 60_000);

  function diagnosticsOf(file: string): readonly ts.Diagnostic[] {
    const source = program.getSourceFile(path.join(root, "test/mistakes", file));
    return ts.getPreEmitDiagnostics(program, source);
  }

  test.each(Object.entries(mistakes).map(([name, mistake], index) => [name, mistake, index] as const))(
    "%s, at the line that is wrong, and says so in a few lines",
    (_name, { text, at, says }, index) => {
      const diagnostics = diagnosticsOf(`${String(index)}.ts`);

      const [first] = diagnostics;
      const start = first?.start ?? 0;
      const message = ts.flattenDiagnosticMessageText(first?.messageText, "\n");
      expect(diagnostics).toHaveLength(1);
      expect(text.split("\n")[text.slice(0, start).split("\n").length - 1]).toContain("<- here");
      expect(text.slice(start, start + at.length)).toBe(at);
      expect(message).toMatch(says);
      expect(message.split("\n").length).toBeLessThanOrEqual(3);
    },
    60_000,
  );

  test("nothing where there is no mistake", () => {
    const messages = diagnosticsOf("none.ts").map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, "\n"),
    );

    expect(messages).toEqual([]);
  }, 60_000);
});

describe("start-up catches", () => {
  test.each(["cart", "shop/", "/cart", "shop/cart/v2", ""])("a bad typename: %j", (typename) => {
    const start = (): unknown => functionType(typename, []);

    expect(start).toThrow(
      `[invalid-argument] ${JSON.stringify(typename)} is not a typename of a function: write "<namespace>/<name>"`,
    );
  });

  test("a duplicate function", () => {
    const cart = statefulFunction(functionType("shop/cart", []), { on: {} });
    const another = statefulFunction(functionType("shop/cart", []), { on: {} });

    const start = (): unknown => requestReplyHandler([cart, another]);

    expect(start).toThrow("[invalid-argument] the function shop/cart is given twice: remove one");
  });

  test("a missing handler, without the compiler", () => {
    const AddItem = jsonType("shop/AddItem");
    const Cart = functionType("shop/cart", [AddItem, types.int]);

    const start = (): unknown =>
      statefulFunction(Cart, { on: { [AddItem.typename]: () => undefined } } as never);

    expect(start).toThrow(
      "[invalid-argument] shop/cart accepts io.statefun.types/int and has no handler for it: add [Type.typename](context, value) { … }",
    );
  });

  test("both expirations, without the compiler", () => {
    const both = {
      expireAfterWrite: { days: 30 },
      expireAfterCall: { days: 1 },
    } as unknown as ExpirationOptions;

    const start = (): unknown => valueSpec(types.int, both);

    expect(start).toThrow(
      "[invalid-argument] a value spec has expireAfterWrite and expireAfterCall: a state value expires in one way only",
    );
  });
});

describe("the line that is wrong", () => {
  /** What one handler fails with. */
  async function failureOf(specs: StorageSpecs, does: (context: Context) => void): Promise<StateFunError> {
    const handler = recordingHandler([
      fn(specs, (context) => {
        does(context);
      }),
    ]);
    const states = Object.fromEntries(Object.keys(specs).map((name) => [name, undefined]));
    const failure = await handler.failure(toFunction({ states, invocations: [wireValue.string("hi")] }));
    expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
    return failure;
  }

  test("throws for a missing await: the effect comes after the answer, and is reported instead of lost", async () => {
    const slow = gate();
    const late = gate<StateFunError>();
    const Billing = functionType("shop/billing", [types.int]);
    const handler = recordingHandler([
      fn({}, (context) => {
        async function charge(): Promise<void> {
          await slow.passed;
          context.send(Billing.address("o-1"), types.int(7));
        }
        charge().catch((error: unknown) => {
          late.open(error as StateFunError);
        }); // an await is missing here
      }),
    ]);

    await handler.answer(V1);
    slow.open();
    const error = await late.passed;

    expect(error).toMatchObject({ code: "context-closed", typename: "ns/fn", id: "1" });
    expect(error.message).toContain("await everything that a handler starts");
    expect(error.stack).toContain("mistakes.test.ts:");
    expect(handler.reports).toEqual([{ error, site: { typename: "ns/fn", id: "1" } }]);
  });

  test("throws for a delayed egress record, without the compiler", async () => {
    const Orders = kafkaEgress("shop/orders");

    const failure = await failureOf({}, (context) => {
      context.sendAfter({ hours: 2 }, Orders as unknown as Address, types.int(7));
    });

    expect(failure.message).toContain('"shop/orders" is an egress, which takes no delayed messages');
  });

  test("throws for an unknown state value, without the compiler", async () => {
    const failure = await failureOf({ items: types.int }, (context) => {
      (context.storage as Record<string, { remove(): void }>).item?.remove();
    });

    expect(failure).toMatchObject({ code: "invalid-argument", typename: "ns/fn", stateName: "item" });
    expect(failure.message).toContain("ns/fn declares no state value item; it declares items");
  });

  test("throws for a transforming schema, without the compiler: what was read does not go back in", async () => {
    const toDate: unknown = z.string().transform((text) => new Date(text));
    const When = jsonType("shop/When", toDate as StandardSchema);

    const failure = await failureOf({ when: When }, (context) => {
      const { when } = context.storage as Record<string, { get(): unknown; set(value: unknown): void }>;
      when?.set("1970-01-01");
      when?.set(when.get());
    });

    expect(failure).toMatchObject({ code: "serialization", stateName: "when" });
    expect(failure.message).toContain("shop/When: the value does not fit the schema");
  });

  test("is in the function that gets a wrong message, without the compiler", async () => {
    const Billing = functionType("ns/fn", [types.long]);
    const handler = recordingHandler([
      statefulFunction(Billing, { on: { [types.long.typename]: () => undefined } }),
    ]);

    const failure = await handler.failure(toFunction({ invocations: [wireValue.int(7)] }));

    expect(failure).toMatchObject({ code: "unhandled-message", typename: "ns/fn", id: "1" });
    expect(failure.message).toContain(
      'got a message of type "io.statefun.types/int", which ns/fn does not accept',
    );
  });
});
