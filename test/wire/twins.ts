import type {
  Address,
  AnyStatefulFunction,
  AnyType,
  Context,
  JsonValue,
  Type,
  TypedValue,
  Value,
} from "statefun";
import { functionType, jsonType, kafkaEgress, statefulFunction, types, valueSpec } from "statefun";
import { z } from "zod";

// The functions that were recorded, written with our SDK. They were written four times, once for each official SDK,
// and not all of these can say the same.

/** How the functions of one official SDK differ from those of the others. */
export interface Variant {
  /** Without them, a run is counted by an int, and there are no special floats: so it is in JavaScript. */
  readonly hasLongAndDouble: boolean;
  /** Whether a bare number is written to Kafka; our SDK has no such conversion, so the twin writes its bytes. */
  readonly writesNumber: boolean;
  /** The type under which `showcase/mirror` replies; `showcase/main` ignores it. */
  readonly Reply: Type<string, JsonValue>;
}

const Name = jsonType("greeter/name", z.object({ name: z.string(), visits: z.number().int().optional() }));
const Go = jsonType("showcase/go", z.object({ name: z.string() }));
const Json = jsonType("showcase/json");
const Out = kafkaEgress("showcase/out");

/** The variant of each official SDK. */
export const variants: Readonly<Record<"go" | "java" | "js" | "python", Variant>> = {
  go: { hasLongAndDouble: true, writesNumber: true, Reply: Json },
  java: { hasLongAndDouble: true, writesNumber: false, Reply: Json },
  js: { hasLongAndDouble: false, writesNumber: true, Reply: jsonType("showcase/ignored") },
  python: { hasLongAndDouble: true, writesNumber: true, Reply: Json },
};

const Person = functionType("greeter/person", [Name]);
const Greet = functionType("greeter/greet", [Name]);
const Main = functionType("showcase/main", [Go]);

/** Any address of `showcase/mirror`: what it accepts depends on the variant. */
function mirrorAddress(id: string): Address {
  return { typename: "showcase/mirror", id };
}

const mainReply: Address = { typename: "showcase/main", id: "reply" };

/** Counts visits, and passes each on. */
const person = statefulFunction(Person, {
  storage: { visits: types.int },
  on: {
    [Name.typename](context, { name }) {
      const visits = context.storage.visits.update((n = 0) => n + 1);
      context.send(Greet.address(context.self.id), Name({ name, visits }));
    },
  },
});

/** Writes a greeting to Kafka. */
const greet = statefulFunction(Greet, {
  on: {
    [Name.typename](context, { name, visits = 0 }) {
      const value = `hello ${name} ${String(visits)}`;
      context.send(Out, { topic: "showcase-out", key: context.self.id, value });
    },
  },
});

/** Counts its runs, keeps the last name, and shows everything that can be sent. */
function main(variant: Variant): AnyStatefulFunction {
  const last = valueSpec(types.string, { expireAfterCall: { hours: 2 } });
  const expiration = { expireAfterWrite: { hours: 1 } };
  const otherwise = (): void => undefined;
  if (variant.hasLongAndDouble) {
    return statefulFunction(Main, {
      storage: { runs: valueSpec(types.long, expiration), last },
      on: {
        [Go.typename](context, { name }) {
          context.storage.runs.update((n = 0n) => n + 1n);
          context.storage.last.set(name);
          showcase(context, variant);
        },
      },
      otherwise,
    });
  }
  return statefulFunction(Main, {
    storage: { runs: valueSpec(types.int, expiration), last },
    on: {
      [Go.typename](context, { name }) {
        context.storage.runs.update((n = 0) => n + 1);
        context.storage.last.set(name);
        showcase(context, variant);
      },
    },
    otherwise,
  });
}

function showcase(
  context: Pick<Context, "send" | "sendAfter" | "cancelDelayedMessage">,
  variant: Variant,
): void {
  for (const [id, message] of showcaseMessages(variant)) context.send(mirrorAddress(id), message);

  const later = mirrorAddress("later");
  context.sendAfter({ milliseconds: 150 }, later, types.string("later"), { cancellationToken: "token-1" });
  context.sendAfter({ minutes: 10 }, later, types.string("never"), { cancellationToken: "token-2" });
  context.cancelDelayedMessage("token-2");

  const topic = "showcase-out";
  context.send(Out, { topic, key: "text", value: "héllo" });
  context.send(Out, { topic, value: "no key" });
  context.send(Out, { topic, key: "bytes", value: Uint8Array.of(0x00, 0xff) });
  // How the other SDKs write the number 7: as Kafka's own serializer does, four bytes, the highest first.
  if (variant.writesNumber) context.send(Out, { topic, key: "number", value: Uint8Array.of(0, 0, 0, 7) });
  context.send(Out, { topic, key: "typed", value: types.int(7) });
}

/** What `showcase/main` sends to `showcase/mirror`: every primitive with its extremes, by the id it is sent to. */
function showcaseMessages({
  hasLongAndDouble,
}: Variant): readonly (readonly [id: string, message: TypedValue])[] {
  const largestFloat = 2 ** 128 - 2 ** 104;
  const longs = hasLongAndDouble ? [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n] : [];
  const special = hasLongAndDouble ? [Number.POSITIVE_INFINITY, Number.NaN] : [];
  const doubles = hasLongAndDouble ? [0, 1.5, -1.5, Number.MAX_VALUE, -0, Number.NaN] : [];
  return [
    ...[0, 1, -1, 2 ** 31 - 1, -(2 ** 31)].map((n) => ["int", types.int(n)] as const),
    ...longs.map((n) => ["long", types.long(n)] as const),
    ...[0, 1.5, -1.5, largestFloat, ...special].map((n) => ["float", types.float(n)] as const),
    ...doubles.map((n) => ["double", types.double(n)] as const),
    ...[false, true].map((flag) => ["bool", types.boolean(flag)] as const),
    ...["", "hi", "é😀", "x".repeat(200)].map((text) => ["string", types.string(text)] as const),
    ["json", Json({ a: 1, b: "é<>&" })],
  ];
}

/** Stores what it gets, by type; a second string deletes the stored one. */
function mirror({ hasLongAndDouble, Reply }: Variant): AnyStatefulFunction {
  const storage: Readonly<Record<string, AnyType>> = {
    an_int: types.int,
    ...(hasLongAndDouble ? { a_long: types.long } : {}),
    a_float: types.float,
    ...(hasLongAndDouble ? { a_double: types.double } : {}),
    a_bool: types.boolean,
    a_string: types.string,
    a_json: Json,
  };
  type Cells = Readonly<Record<string, Value<unknown>>>;
  const handlerOf = (state: string) => (context: Context<TypedValue, Cells>, value: unknown) => {
    const cell = context.storage[state];
    if (state === "a_string" && cell?.get() !== undefined) cell.remove();
    else cell?.set(value);
    if (context.self.id === "later") context.send(mainReply, Reply({ name: "reply" }));
  };
  return statefulFunction(functionType("showcase/mirror", Object.values(storage)), {
    storage,
    on: Object.fromEntries(
      Object.entries(storage).map(([state, { typename }]) => [typename, handlerOf(state)]),
    ),
  });
}

/** The twins of the functions that were recorded with one official SDK. */
export function twins(variant: Variant): readonly AnyStatefulFunction[] {
  return [person, greet, main(variant), mirror(variant)];
}
