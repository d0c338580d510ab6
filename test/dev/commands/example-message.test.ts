import { describe, expect, test } from "@jest/globals";
import { bytesType, customType, jsonType, types } from "statefun";
import * as v from "valibot";
import { z } from "zod";
import { exampleMessage } from "../../../dev/commands/example-message.js";

/** The value of the example that was found for a type. */
function exampleOf(type: Parameters<typeof exampleMessage>[0]): unknown {
  const example = exampleMessage(type);
  return example && type.deserialize(example.bytes);
}

interface Tree {
  readonly label: string;
  readonly left?: Tree | undefined;
}

const tree: z.ZodType<Tree> = z.lazy(() => z.object({ label: z.string(), left: tree.optional() }));

describe("an example that the schema itself accepts is found", () => {
  test.each([
    ["texts and numbers", z.object({ name: z.string(), age: z.number().int().positive() })],
    ["bounds", z.object({ n: z.number().min(7).max(9), short: z.string().min(5).max(6) })],
    ["steps", z.object({ n: z.number().multipleOf(5).min(12) })],
    ["choices", z.object({ size: z.enum(["small", "large"]), kind: z.literal("order") })],
    ["unions", z.discriminatedUnion("is", [z.object({ is: z.literal("a"), n: z.number() })])],
    ["intersections", z.object({ a: z.string() }).and(z.object({ b: z.number() }))],
    ["optional parts", z.object({ note: z.string().optional() })],
    ["lists", z.object({ tags: z.array(z.string()).min(2) })],
    ["pairs", z.tuple([z.string(), z.number()])],
    ["records", z.record(z.string(), z.number())],
    ["formats", z.object({ mail: z.email(), id: z.uuid(), at: z.iso.datetime(), day: z.iso.date() })],
    ["schemas that refer to themselves", tree],
    ["nothing but a text", z.string()],
    ["nullable values", z.object({ name: z.string().nullable() })],
    ["refinements", z.object({ n: z.number().refine((n) => n >= 100) })],
  ])("for %s", (_, schema) => {
    const value = exampleOf(jsonType("test/Example", schema as z.ZodType));

    expect(value).toBeDefined();
    expect(schema.safeParse(value).success).toBe(true);
  });

  test("for a library that tells no JSON Schema", () => {
    const schema = v.object({
      name: v.string(),
      age: v.pipe(v.number(), v.minValue(50)),
      place: v.object({ city: v.string(), tags: v.array(v.string()) }),
    });

    expect(exampleOf(jsonType("test/Example", schema))).toEqual({
      name: "Ada",
      age: 100,
      place: { city: "Ada", tags: [] },
    });
  });

  test.each([
    [types.string, "Ada"],
    [types.int, 1],
    [types.long, 1n],
    [types.float, 1],
    [types.double, 1],
    [types.boolean, true],
    [jsonType("test/Any"), {}],
  ])("for a type of one value: %p", (type, value) => {
    expect(exampleOf(type)).toEqual(value);
  });
});

test.each([
  ["bytes, which mean nothing here", bytesType("test/Bytes")],
  [
    "a type of the author's own",
    customType("test/Own", {
      serialize: (n: number) => new Uint8Array([n]),
      deserialize: (b) => Number(b[0]),
    }),
  ],
  ["a schema that accepts nothing", jsonType("test/Never", z.never() as z.ZodType)],
  ["a pattern", jsonType("test/Pattern", z.object({ code: z.string().regex(/^[a-f]{40}$/) }))],
])("no example is made up for %s", (_, type) => {
  expect(exampleMessage(type)).toBeUndefined();
});
