// customType: bytes in a way of one's own.
import { customType, type Serializer, type Type } from "statefun";
import { exactly } from "./exactly.js";

const date: Serializer<Date> = {
  serialize: (value) => new TextEncoder().encode(value.toISOString()),
  deserialize: (bytes) => new Date(new TextDecoder().decode(bytes)),
};
const Day = customType("shop/Day", date);
exactly<Type<"shop/Day", Date>>()(Day);
exactly<Date>()(Day.deserialize(new Uint8Array(0)));
exactly<Date>()(Day(new Date(0)).value);
// @ts-expect-error a text is no date
Day("1970-01-01");

// The value is what deserialize returns; given as a type argument, serialize gets it read-only.
interface Basket {
  skus: string[];
}
const Basket = customType("shop/Basket", {
  serialize: (basket: Basket) => new TextEncoder().encode(basket.skus.join()),
  deserialize: (bytes): Basket => ({ skus: new TextDecoder().decode(bytes).split(",") }),
});
exactly<Type<"shop/Basket", Basket>>()(Basket);
customType<Basket>("shop/Basket", {
  serialize(basket) {
    // @ts-expect-error what is serialized is not to be changed
    basket.skus.sort();
    return new TextEncoder().encode(basket.skus.join());
  },
  deserialize: () => ({ skus: [] }),
});

// @ts-expect-error both directions are needed
customType("shop/Day", { serialize: date.serialize });
// @ts-expect-error a value becomes bytes, not text
customType("shop/Day", { serialize: (value: Date) => value.toISOString(), deserialize: date.deserialize });
// @ts-expect-error what is serialized is what is deserialized
customType("shop/Day", { serialize: date.serialize, deserialize: () => "1970-01-01" });
