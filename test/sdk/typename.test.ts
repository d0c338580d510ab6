import { describe, expect, test } from "@jest/globals";
import {
  customType,
  egress,
  functionType,
  jsonType,
  kafkaEgress,
  kinesisEgress,
  StateFunError,
} from "statefun";
import { parseTypename } from "../../sdk/typename.js";

test.each([
  ["shop/cart", { namespace: "shop", name: "cart" }],
  ["a/b", { namespace: "a", name: "b" }],
  ["com.example.shop/cart-v2", { namespace: "com.example.shop", name: "cart-v2" }],
  ["Läden/🛒", { namespace: "Läden", name: "🛒" }],
  [" / ", { namespace: " ", name: " " }],
])("%j is split at its slash", (typename, parts) => {
  const parsed = parseTypename(typename);

  expect(parsed).toEqual(parts);
});

describe.each([
  ["", '""'],
  ["cart", '"cart"'],
  ["/", '"/"'],
  ["/cart", '"/cart"'],
  ["shop/", '"shop/"'],
  ["shop/cart/v2", '"shop/cart/v2"'],
  ["shop//cart", '"shop//cart"'],
  [7, "a number"],
  [null, "a null"],
  [undefined, "a undefined"],
  [{}, "a object"],
])("%j", (typename, printed) => {
  test("is no typename, and the error says how one is written", () => {
    const parse = (): unknown => parseTypename(typename as string, "typename of a function");

    expect(parse).toThrow(
      `[invalid-argument] ${printed} is not a typename of a function: write "<namespace>/<name>", with exactly one slash and text on both sides of it`,
    );
  });

  test("is refused where something is defined", () => {
    const given = typename as string;
    const serializer = { serialize: () => new Uint8Array(0), deserialize: () => 7 };
    const definitions: readonly (() => unknown)[] = [
      () => functionType(given, []),
      () => jsonType(given),
      () => customType(given, serializer),
      () => egress(given, []),
      () => kafkaEgress(given),
      () => kinesisEgress(given),
    ];

    for (const define of definitions) expect(define).toThrow(StateFunError);
  });
});

test("half of a surrogate pair is refused, because UTF-8 cannot carry it", () => {
  const parse = (): unknown => parseTypename("shop/\ud83d");

  expect(parse).toThrow("[invalid-argument]");
  expect(parse).toThrow("half of a surrogate pair");
});
