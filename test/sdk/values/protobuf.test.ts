import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "@jest/globals";
import protobuf from "protobufjs";
import { protobufEsType, protobufType, StateFunError } from "statefun";
import type { MessageClass, Type } from "statefun";
import { io } from "statefun/proto";
import { hex } from "../../support/hex.js";

const { Address } = io.statefun.sdk.reqreply;
const Reflected = protobuf
  .parse('syntax = "proto3"; package shop; message Order { string id = 1; int32 n = 2; }')
  .root.lookupType("shop.Order");

describe("protobufType", () => {
  test.each<[string, () => Type, string]>([
    [
      "a generated class",
      () => protobufType(Address) as Type,
      "type.googleapis.com/io.statefun.sdk.reqreply.Address",
    ],
    ["a reflected type", () => protobufType(Reflected) as Type, "type.googleapis.com/shop.Order"],
    [
      "a class and a typename of one's own",
      () => protobufType(Address, "shop/Address") as Type,
      "shop/Address",
    ],
  ])("names %s as every SDK does", (_, define, typename) => {
    expect(define().typename).toBe(typename);
  });

  test("writes and reads messages of a generated class", () => {
    const type = protobufType(Address);
    const address = Address.create({ namespace: "shop", type: "cart", id: "é" });

    expect(hex(type.serialize(address))).toBe(hex(Address.encode(address).finish()));
    expect(type.deserialize(type.serialize(address))).toEqual(address);
    expect(type({ namespace: "shop", id: "1" }).value).toEqual({ namespace: "shop", id: "1" });
  });

  test("writes and reads messages of a reflected type", () => {
    const type = protobufType(Reflected, "type.googleapis.com/shop.Order");

    const read = type.deserialize(type.serialize(Reflected.create({ id: "o-1", n: -1 })));

    expect(read).toMatchObject({ id: "o-1", n: -1 });
  });

  test("refuses bytes that hold no message", () => {
    const type = protobufType(Address);

    expect(() => type.deserialize(Uint8Array.of(0x0a, 0x05))).toThrow(
      "[serialization] type.googleapis.com/io.statefun.sdk.reqreply.Address: deserialize threw",
    );
  });

  const nameless: MessageClass<unknown> = {
    encode: () => ({ finish: () => new Uint8Array(0) }),
    decode: () => ({}),
  };

  test.each<[string, () => unknown, string]>([
    [
      "a class without encode",
      () => protobufType({ decode: () => 7 } as unknown as MessageClass<number>),
      "a protobuf type needs a class with encode and decode",
    ],
    [
      "nothing, as a cyclic import leaves it",
      () => protobufType(undefined as unknown as MessageClass<number>),
      "a protobuf type needs a class with encode and decode",
    ],
    [
      "a class that does not know its name",
      () => protobufType(nameless),
      'this protobuf class does not know its full name: give the typename, for example protobufType(Order, "type.googleapis.com/shop.Order")',
    ],
    ["a bad typename", () => protobufType(nameless, "Order"), '"Order" is not a typename of a type'],
  ])("refuses %s when the type is defined", (_, define, says) => {
    expect(define).toThrow(StateFunError);
    expect(define).toThrow(`[invalid-argument] ${says}`);
  });
});

describe("protobufEsType", () => {
  const Moment = protobufEsType(TimestampSchema, { toBinary, fromBinary });

  test("names a schema as every SDK does", () => {
    expect(Moment.typename).toBe("type.googleapis.com/google.protobuf.Timestamp");
    expect(protobufEsType(TimestampSchema, { toBinary, fromBinary }, "shop/Moment").typename).toBe(
      "shop/Moment",
    );
  });

  test("writes and reads messages of the schema", () => {
    const moment = create(TimestampSchema, { seconds: 7n, nanos: 1 });

    expect(hex(Moment.serialize(moment))).toBe("08071001");
    expect(Moment.deserialize(Moment.serialize(moment))).toEqual(moment);
    expect(Moment(moment)).toEqual({ typename: Moment.typename, value: moment });
  });

  test("refuses bytes that hold no message", () => {
    expect(() => Moment.deserialize(Uint8Array.of(0x08))).toThrow(
      "[serialization] type.googleapis.com/google.protobuf.Timestamp: deserialize threw",
    );
  });

  test.each<[string, unknown]>([
    ["a message instead of its schema", create(TimestampSchema)],
    ["nothing, as a cyclic import leaves it", undefined],
  ])("refuses %s when the type is defined", (_, schema) => {
    const define = (): unknown => protobufEsType(schema as typeof TimestampSchema, { toBinary, fromBinary });

    expect(define).toThrow(
      "[invalid-argument] a protobuf-es type needs a message schema, which has a typeName",
    );
  });

  test("refuses to be defined without the functions of the library", () => {
    const define = (): unknown =>
      protobufEsType(
        TimestampSchema,
        {} as unknown as { toBinary: typeof toBinary; fromBinary: typeof fromBinary },
      );

    expect(define).toThrow("[invalid-argument]");
    expect(define).toThrow("{ toBinary, fromBinary }");
  });
});
