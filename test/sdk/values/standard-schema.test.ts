import { describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { z } from "zod";
import { StateFunError } from "statefun";
import type { SchemaIssue, StandardSchema } from "statefun";
import { validated } from "../../../sdk/values/standard-schema.js";

function schemaOf(validate: (value: unknown) => unknown): StandardSchema {
  return { "~standard": { version: 1, vendor: "test", validate } } as StandardSchema;
}

/** What is said of a value to which the schema has these objections. */
function sayingOf(...issues: readonly SchemaIssue[]): string {
  try {
    validated(
      schemaOf(() => ({ issues })),
      "test/Value",
      {},
    );
  } catch (error) {
    return (error as StateFunError).message;
  }
  throw new Error("the value was taken");
}

const before = "[serialization] test/Value: the value does not fit the schema: ";

describe("the objections of a schema", () => {
  test.each<[string, SchemaIssue["path"], string]>([
    ["the value itself", undefined, "is odd"],
    ["the value itself, by an empty path", [], "is odd"],
    ["a property", ["items"], "/items: is odd"],
    ["an element deep inside", ["items", 3, "tags", 0], "/items/3/tags/0: is odd"],
    ["keys given as objects", [{ key: "items" }, { key: 3 }], "/items/3: is odd"],
    ["a symbol", [Symbol("s")], "/Symbol(s): is odd"],
    ["an empty key", [""], "/: is odd"],
    ["a slash and a tilde in a key", ["a/b", "~c", "~1"], "/a~1b/~0c/~01: is odd"],
  ])("point at %s as JSON pointers do", (_, path, says) => {
    expect(sayingOf({ message: "is odd", path })).toBe(before + says);
  });

  test("are listed in order, up to five of them, and the rest is counted", () => {
    const issues = Array.from({ length: 1000 }, (_, index) => ({
      message: "is odd",
      path: ["items", index],
    }));

    expect(sayingOf(...issues.slice(0, 2))).toBe(`${before}/items/0: is odd; /items/1: is odd`);
    expect(sayingOf(...issues.slice(0, 5))).not.toContain("more");
    expect(sayingOf(...issues.slice(0, 6))).toMatch(/; \/items\/4: is odd; and 1 more$/);
    expect(sayingOf(...issues)).toMatch(/; \/items\/4: is odd; and 995 more$/);
  });

  test("are cut off where one of them is very long, because nobody reads on", () => {
    const saying = sayingOf({ message: "x".repeat(1_000_000), path: ["y".repeat(1_000_000)] });

    expect(saying.length).toBeLessThan(2000);
    expect(saying).toContain("…");
  });

  test.each<[string, StandardSchema]>([
    ["zod", z.object({ a: z.object({ "b/c": z.array(z.number()) }) })],
    ["valibot", v.object({ a: v.object({ "b/c": v.array(v.number()) }) })],
  ])("are understood where %s makes them", (_, schema) => {
    const validate = (): unknown => validated(schema, "test/Value", { a: { "b/c": [1, "two"] } });

    expect(validate).toThrow(`${before}/a/b~1c/1: `);
  });

  test("are an error that names the type", () => {
    expect.assertions(1);

    try {
      validated(z.string(), "test/Value", 7);
    } catch (error) {
      expect(error).toMatchObject({ code: "serialization", typename: "test/Value" });
    }
  });
});

describe("a schema that is taken at its word", () => {
  test("returns its output, also where there is an empty issues property", () => {
    expect(
      validated(
        schemaOf(() => ({ value: 7 })),
        "test/Value",
        6,
      ),
    ).toBe(7);
    expect(
      validated(
        schemaOf(() => ({ value: 7, issues: undefined })),
        "test/Value",
        6,
      ),
    ).toBe(7);
  });

  test("may return undefined", () => {
    expect(
      validated(
        schemaOf(() => ({ value: undefined })),
        "test/Value",
        6,
      ),
    ).toBeUndefined();
  });
});

describe("a schema that cannot be used", () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);

  test.each<[string, () => StandardSchema]>([
    ["a promise", () => schemaOf(() => Promise.resolve({ value: 7 }))],
    ["a promise that is rejected", () => schemaOf(() => Promise.reject(new Error("boom")))],
    [
      "a thenable",
      () =>
        schemaOf(() => ({
          then: (done: (result: unknown) => void) => {
            done({ value: 7 });
          },
        })),
    ],
    ["zod's, refined asynchronously", () => z.string().refine(async (text) => Promise.resolve(text !== ""))],
    [
      "valibot's, checked asynchronously",
      () =>
        v.pipeAsync(
          v.string(),
          v.checkAsync(() => Promise.resolve(true)),
        ),
    ],
  ])("because it answers with %s: an async schema is refused by name", async (_, schema) => {
    process.on("unhandledRejection", note);

    const validate = (): unknown => validated(schema(), "test/Value", "text");

    expect(validate).toThrow(StateFunError);
    expect(validate).toThrow(
      "[serialization] test/Value: the schema validates asynchronously, which a message or state value cannot wait for",
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("because it throws: serialization, with what it threw as the cause", () => {
    expect.assertions(1);
    const boom = new Error("boom");
    const throwing = schemaOf(() => {
      throw boom;
    });

    try {
      validated(throwing, "test/Value", 7);
    } catch (error) {
      expect(error).toMatchObject({
        code: "serialization",
        typename: "test/Value",
        message: "[serialization] test/Value: the schema threw",
        cause: boom,
      });
    }
  });

  test.each([undefined, null, 7])("because it answers with %p: serialization", (result) => {
    const validate = (): unknown =>
      validated(
        schemaOf(() => result),
        "test/Value",
        7,
      );

    expect(validate).toThrow(StateFunError);
    expect(validate).toThrow("[serialization] test/Value: the schema returned");
  });
});
