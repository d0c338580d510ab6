// Value specs: a type, and at most one of the two expirations.
import { statefulFunction, types, valueSpec, type Expiration, type ValueSpec } from "statefun";
import { exactly } from "./exactly.js";
import { Billing, Charge, Items } from "./shop/contract.js";

exactly<ValueSpec<number>>()(valueSpec(types.int));
exactly<ValueSpec<Record<string, number>>>()(valueSpec(Items, { expireAfterWrite: { days: 30 } }));
exactly<ValueSpec<bigint>>()(valueSpec(types.long, { expireAfterCall: { minutes: 5 } }));
exactly<Expiration | undefined>()(valueSpec(types.int).expiration);

// @ts-expect-error a value expires in one way only
valueSpec(types.int, { expireAfterWrite: { days: 1 }, expireAfterCall: { days: 1 } });
// @ts-expect-error an expiration is a duration
valueSpec(types.int, { expireAfterWrite: 86_400 });
// @ts-expect-error there is no such expiration
valueSpec(types.int, { expireAfterInvoke: { days: 1 } });
// @ts-expect-error no expiration is written by leaving the options out
valueSpec(types.int, {});
// @ts-expect-error a value spec needs a type
valueSpec("int");

const on = { [Charge.typename]: (): void => undefined };
statefulFunction(Billing, { storage: { total: types.long, items: valueSpec(Items) }, on });
// @ts-expect-error a state value is declared by a type or a value spec
statefulFunction(Billing, { storage: { total: 0n }, on });

// The specs of a function can be read by tools.
const { total } = statefulFunction(Billing, { storage: { total: types.long }, on }).storage;
exactly<ValueSpec | undefined>()(total);
