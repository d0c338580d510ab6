// jsonType: over the schema of any library that implements Standard Schema, or none.
import * as v from "valibot";
import { z } from "zod";
import { jsonType, type JsonValue, type StandardSchema, type Type, type TypedValue } from "statefun";
import { exactly, fits } from "./exactly.js";

// zod and valibot, by the same call.
const Zod = jsonType("shop/Order", z.object({ id: z.string(), tags: z.array(z.string()).optional() }));
exactly<Type<"shop/Order", { id: string; tags?: string[] | undefined }>>()(Zod);
const Valibot = jsonType("shop/Order", v.object({ id: v.string(), count: v.pipe(v.number(), v.integer()) }));
exactly<Type<"shop/Order", { id: string; count: number }>>()(Valibot);
exactly<TypedValue<"shop/Order", { id: string; count: number }>>()(Valibot({ id: "o-1", count: 1 }));
// @ts-expect-error an id is text
Zod({ id: 1 });
// @ts-expect-error the count is missing
Valibot({ id: "o-1" });

// A schema written by hand.
const byHand: StandardSchema<number> = {
  "~standard": { version: 1, vendor: "shop", validate: (value) => ({ value: Number(value) }) },
};
exactly<Type<"shop/Count", number>>()(jsonType("shop/Count", byHand));
// @ts-expect-error what has no ~standard is no schema
jsonType("shop/Count", { parse: (value: unknown) => value });

// Defaults pass: what the schema returns is something it accepts. The value is what comes out.
const Defaults = jsonType("shop/Page", z.object({ size: z.number().default(20) }));
exactly<Type<"shop/Page", { size: number }>>()(Defaults);
exactly<Type<"shop/Page", { size: number }>>()(
  jsonType("shop/Page", v.object({ size: v.optional(v.number(), 20) })),
);
// @ts-expect-error the handler's view is the contract: a default is for those who write JSON elsewhere
Defaults({});

// Brands pass.
const Sku = z.string().brand<"Sku">();
type Sku = z.infer<typeof Sku>;
const Branded = jsonType("shop/Item", z.object({ sku: Sku }));
declare const sku: Sku;
Branded({ sku });
exactly<Sku>()(Branded({ sku }).value.sku);
// @ts-expect-error a text is no Sku until it is checked
Branded({ sku: "tea" });
const ValibotSku = v.pipe(v.string(), v.brand("Sku"));
declare const valibotSku: v.InferOutput<typeof ValibotSku>;
jsonType("shop/Item", v.object({ sku: ValibotSku }))({ sku: valibotSku });

// Refinements, unions and records pass.
jsonType(
  "shop/Even",
  z.number().refine((n) => n % 2 === 0),
)(2);
jsonType("shop/Either", z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]))({ b: 1 });
jsonType("shop/Counts", z.record(z.string(), z.number()))({ tea: 1 });
jsonType("shop/Trimmed", z.string().trim())(" tea ");

// A transform does not: what it returned could not be read again.
const toDate = (text: string): Date => new Date(text);
const ZodDate = z.string().transform(toDate);
const ValibotDate = v.pipe(v.string(), v.transform(toDate));
// @ts-expect-error "This schema returns something that it does not accept (a transform) …"
jsonType("shop/When", ZodDate);
// @ts-expect-error the same, deep inside
jsonType("shop/When", z.object({ at: ZodDate }));
// @ts-expect-error the same, of valibot
jsonType("shop/When", ValibotDate);
// @ts-expect-error the same, of valibot, deep inside
jsonType("shop/When", v.object({ at: v.array(ValibotDate) }));
// @ts-expect-error text to number is one too
jsonType("shop/Port", z.object({ port: z.string().transform(Number) }));
// @ts-expect-error text to boolean is one too
jsonType("shop/Flag", z.stringbool());

// Without a schema: T is a promise that nothing checks, and the typename is literal if it is given with it.
const Untold = jsonType("shop/Anything");
exactly<Type<"shop/Anything", JsonValue>>()(Untold);
Untold({ a: [1, "two", null, { three: true }] });
// @ts-expect-error JSON has no bigint
Untold({ a: 1n });
// @ts-expect-error JSON has no undefined
Untold(undefined);
interface Order {
  readonly id: string;
}
exactly<Type<string, Order>>()(jsonType<Order>("shop/Order"));
const Promised = jsonType<Order, "shop/Order">("shop/Order");
exactly<Type<"shop/Order", Order>>()(Promised);
exactly<Order>()(Promised.deserialize(new Uint8Array(0)));
// @ts-expect-error an order has an id
Promised({});
// @ts-expect-error the typename is the one that was promised
jsonType<Order, "shop/Order">("shop/Other");

fits<JsonValue>([{ a: [null, true, 1, "two"] }]);
// @ts-expect-error a function is not JSON
fits<JsonValue>(() => undefined);
