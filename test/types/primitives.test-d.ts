// StateFun's own types: each has one type of value, and a long is a bigint.
import { bytesType, types, type Type, type TypedValue, type ValueOf } from "statefun";
import { exactly } from "./exactly.js";

exactly<Type<"io.statefun.types/bool", boolean>>()(types.boolean);
exactly<Type<"io.statefun.types/int", number>>()(types.int);
exactly<Type<"io.statefun.types/long", bigint>>()(types.long);
exactly<Type<"io.statefun.types/float", number>>()(types.float);
exactly<Type<"io.statefun.types/double", number>>()(types.double);
exactly<Type<"io.statefun.types/string", string>>()(types.string);
exactly<Type<"statefun.types/bytes", Uint8Array>>()(types.bytes);

exactly<TypedValue<"io.statefun.types/long", bigint>>()(types.long(7n));
exactly<bigint>()(types.long.deserialize(new Uint8Array(0)));
exactly<Uint8Array>()(types.long.serialize(7n));
// @ts-expect-error a long is a bigint
types.long(7);
// @ts-expect-error an int is a number
types.int(7n);
// @ts-expect-error a boolean is not a number
types.boolean(1);
// @ts-expect-error a string is not a number
types.string(7);
// @ts-expect-error bytes are not text
types.bytes("7");
// @ts-expect-error a double is a number
types.double("7");
// @ts-expect-error null is no value
types.string(null);

// Bytes under a typename of one's own.
const Picture = bytesType("shop/Picture");
exactly<"shop/Picture">()(Picture.typename);
exactly<Uint8Array>()(new Uint8Array(0) as ValueOf<typeof Picture>);
Picture(Buffer.from("picture"));
// @ts-expect-error bytes are not an array of numbers
Picture([1, 2, 3]);
