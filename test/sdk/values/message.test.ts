import { describe, expect, test } from "@jest/globals";
import { jsonType, types } from "statefun";
import type { Message } from "statefun";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import type { WireValue } from "../../support/wire-value.js";
import { wireValue } from "../../support/wire-value.js";
import { fnOtherwise } from "../conformance/ns-fn.js";

const Greet = jsonType<{ name: string }, "example/Greet">("example/Greet");

/** What `otherwise` makes of one received message, while its batch runs. */
async function received<T>(value: WireValue, use: (message: Message) => T): Promise<T> {
  let result: { readonly made: T } | undefined;
  const handler = recordingHandler([
    fnOtherwise({}, (_context, message) => {
      result = { made: use(message) };
    }),
  ]);
  await handler.answer(toFunction({ invocations: [value] }));
  if (result === undefined) throw new Error("otherwise was not called");
  return result.made;
}

describe("a received message", () => {
  test.each<[string, WireValue]>([
    ["a value", wireValue.text("example/Greet", '{"name":"Ada"}')],
    ["a value of no bytes", wireValue.of("example/Greet", "")],
    ["no value", wireValue.none("example/Greet")],
    ["a typename that is none", wireValue.of("no slash / two", "00")],
    ["no typename", wireValue.of("", "00")],
    ["a typename like a property", wireValue.of("constructor", "00")],
  ])("shows %s as it came", async (_, value) => {
    const seen = await received(value, ({ typename, hasValue, bytes }) => ({
      typename,
      hasValue,
      hex: hex(bytes),
    }));

    expect(seen).toEqual(value);
  });

  test("is opened by its type", async () => {
    const value = wireValue.text("example/Greet", '{"name":"Ada"}');

    const seen = await received(value, (message) => [
      Greet.is(message),
      types.int.is(message),
      Greet.from(message),
    ]);

    expect(seen).toEqual([true, false, { name: "Ada" }]);
  });

  test("keeps what it holds for a handler that kept it beyond its batch", async () => {
    const message = await received(wireValue.text("example/Greet", '{"name":"Ada"}'), (given) => given);

    expect(Greet.from(message)).toEqual({ name: "Ada" });
  });
});
