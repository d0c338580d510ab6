import { describe, expect, jest, test } from "@jest/globals";
import { StateFunError } from "statefun";
import { located } from "../../sdk/errors.js";

describe("a StateFunError", () => {
  const cause = new Error("boom");
  const error = new StateFunError("serialization", "the value of shop/cart is too large: make it smaller", {
    cause,
    typename: "shop/cart",
    id: "alice",
    stateName: "items",
  });

  test("says its code first, then what, where and what to do", () => {
    expect(error.message).toBe("[serialization] the value of shop/cart is too large: make it smaller");
    expect(String(error)).toBe(`StateFunError: ${error.message}`);
    expect(error.stack).toContain("errors.test");
  });

  test("carries its context as fields", () => {
    expect(error).toMatchObject({
      code: "serialization",
      typename: "shop/cart",
      id: "alice",
      stateName: "items",
    });
    expect(error.cause).toBe(cause);
  });

  test("leaves out what is not known", () => {
    const bare = new StateFunError("overloaded", "try again");

    expect(bare).toMatchObject({ typename: undefined, id: undefined, stateName: undefined });
    expect("cause" in bare).toBe(false);
  });

  test("is an Error too", () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(StateFunError);
    expect(error.name).toBe("StateFunError");
  });

  test.each([
    [new Error("[serialization] no")],
    ["serialization"],
    [null],
    [undefined],
    [{ code: "serialization" }],
  ])("%p is none", (other) => {
    expect(other instanceof StateFunError).toBe(false);
  });
});

describe("two copies of the package", () => {
  async function anotherCopy(): Promise<typeof StateFunError> {
    let copy: typeof StateFunError | undefined;
    await jest.isolateModulesAsync(async () => {
      copy = (await import("statefun")).StateFunError;
    });
    if (copy === undefined) throw new Error("the copy was not loaded");
    return copy;
  }

  test("know each other's errors by instanceof", async () => {
    const Other = await anotherCopy();

    const theirs = new Other("overloaded", "try again");
    const ours = new StateFunError("overloaded", "try again");

    expect(Other).not.toBe(StateFunError);
    expect(theirs instanceof StateFunError).toBe(true);
    expect(ours instanceof Other).toBe(true);
  });

  test("leave each other's errors as they are", async () => {
    const Other = await anotherCopy();
    const theirs = new Other("serialization", "does not fit");

    const normalised = StateFunError.from(theirs);

    expect(normalised).toBe(theirs);
    expect(normalised.code).toBe("serialization");
  });
});

describe("StateFunError.from", () => {
  test("returns a StateFunError as it is", () => {
    const error = new StateFunError("unknown-function", "no such function");

    expect(StateFunError.from(error, "somewhere else", { id: "alice" })).toBe(error);
  });

  test("makes function-failed of anything else, with the original as its cause and its message quoted", () => {
    const cause = new TypeError("x is not a function");

    const error = StateFunError.from(cause, "the handler of shop/AddItem", {
      typename: "shop/cart",
      id: "alice",
    });

    expect(error).toMatchObject({
      code: "function-failed",
      message: "[function-failed] the handler of shop/AddItem threw: x is not a function",
      typename: "shop/cart",
      id: "alice",
    });
    expect(error.cause).toBe(cause);
  });

  const unprintable = {
    toString() {
      throw new Error("not even that");
    },
  };

  test.each([
    ["a text", "a text"],
    ["", ""],
    [undefined, "a value that is not an Error (undefined)"],
    [null, "a value that is not an Error (null)"],
    [7n, "a value that is not an Error (7)"],
    [{ code: 7 }, "a value that is not an Error ([object Object])"],
    [Symbol("s"), "a value that is not an Error (Symbol(s))"],
    [new RangeError(""), "RangeError"],
    [Object.create(null), "a value that cannot be printed"],
    [unprintable, "a value that cannot be printed"],
  ])("describes %p, whatever was thrown", (thrown: unknown, description) => {
    const error = StateFunError.from(thrown);

    expect(error.message).toBe(`[function-failed] user code threw: ${description}`);
    expect(error.cause).toBe(thrown);
  });
});

describe("an error that is located", () => {
  test("keeps its code, names the place once, and keeps the original cause", () => {
    const cause = new Error("boom");
    const inner = new StateFunError("serialization", "shop/Cart: deserialize threw", { cause });

    const error = located(inner, 'the state value items of shop/cart "alice"', {
      typename: "shop/cart",
      id: "alice",
    });

    expect(error.message).toBe(
      '[serialization] the state value items of shop/cart "alice": shop/Cart: deserialize threw',
    );
    expect(error).toMatchObject({ code: "serialization", typename: "shop/cart", id: "alice" });
    expect(error.cause).toBe(cause);
  });

  test("has the inner error as its cause, where that has none", () => {
    const inner = new StateFunError("serialization", "shop/Cart: not JSON");

    expect(located(inner, "a message", {}).cause).toBe(inner);
  });
});
