// protobufType over the classes of protobufjs, protobufEsType over the schemas of @bufbuild/protobuf.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { DurationSchema, TimestampSchema, type Timestamp } from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import {
  functionType,
  protobufEsType,
  protobufType,
  statefulFunction,
  types,
  type MessageClass,
  type Type,
  type ValueOf,
} from "statefun";
import { io } from "statefun/proto";
import { exactly, fits } from "./exactly.js";

const { Address } = io.statefun.sdk.reqreply;

// A class that protobufjs generated. Its default typename is known when the program runs; a literal is known earlier.
const Generated = protobufType(Address);
exactly<`type.googleapis.com/${string}`>()(Generated.typename);
const Named = protobufType(Address, "type.googleapis.com/io.statefun.sdk.reqreply.Address");
exactly<"type.googleapis.com/io.statefun.sdk.reqreply.Address">()(Named.typename);
const address = Named.deserialize(new Uint8Array(0));
exactly<io.statefun.sdk.reqreply.Address.$Properties>()(address);
Named({ namespace: "shop", type: "cart", id: "alice" });
Named(Address.create({ namespace: "shop", type: "cart", id: "alice" }));
Named(address);
// @ts-expect-error an Address has no typename
fits<unknown>(address.typename);
// @ts-expect-error an Address is none of these
Named({ typename: "shop/Order" });
// @ts-expect-error an Address is not text
Named("alice");

// A type that protobufjs reflects.
const reflected = protobuf.parse("message Order { string id = 1; }").root.lookupType("Order");
const Reflected = protobufType(reflected, "type.googleapis.com/Order");
exactly<"type.googleapis.com/Order">()(Reflected.typename);
fits<object>(Reflected.deserialize(new Uint8Array(0)));

// Anything with encode and decode.
declare const byHand: MessageClass<{ id: string }>;
exactly<Type<"shop/Order", { id: string }>>()(protobufType(byHand, "shop/Order"));
// @ts-expect-error an order has an id
protobufType(byHand, "shop/Order")({});
// @ts-expect-error what only encodes cannot be read
protobufType({ encode: () => ({ finish: () => new Uint8Array(0) }) });

// protobuf-es: the message and the typename follow from the schema.
const Moment = protobufEsType(TimestampSchema, { toBinary, fromBinary });
exactly<"type.googleapis.com/google.protobuf.Timestamp">()(Moment.typename);
exactly<Timestamp>()(fits<ValueOf<typeof Moment>>(create(TimestampSchema)));
exactly<bigint>()(Moment.deserialize(new Uint8Array(0)).seconds);
exactly<"shop/Moment">()(protobufEsType(TimestampSchema, { toBinary, fromBinary }, "shop/Moment").typename);
Moment(create(TimestampSchema, { seconds: 7n }));
// @ts-expect-error a duration is not a timestamp
Moment(create(DurationSchema, { seconds: 7n }));
// @ts-expect-error the functions of the library are passed in
protobufEsType(TimestampSchema);
// @ts-expect-error an object is no schema
protobufEsType({ name: "Timestamp" }, { toBinary, fromBinary });

// Both are keys of handlers, and state values, as all types are.
statefulFunction(functionType("shop/clock", [Moment, Named]), {
  storage: { last: Moment, best: protobufEsType(DurationSchema, { toBinary, fromBinary }) },
  on: {
    [Moment.typename](context, moment) {
      exactly<bigint>()(moment.seconds);
      context.storage.last.set(moment);
      const last = context.storage.last.get();
      if (last !== undefined) context.send(context.self, Moment(last));
      // @ts-expect-error what is held is read-only
      if (last !== undefined) last.seconds = 7n;
      // @ts-expect-error an address is no moment
      context.storage.last.set(Address.create());
    },
    [Named.typename](context, { namespace }) {
      exactly<string | null | undefined>()(namespace);
      // @ts-expect-error the clock does not accept int
      context.send(context.self, types.int(7));
    },
  },
});
