import type { AnyStatefulFunction, Type } from "statefun";
import { functionType, jsonType, kafkaEgress, statefulFunction, types, valueSpec } from "statefun";

// The functions that were recorded, written with our SDK. They were written four times, once for each official SDK,
// and not all SDKs can say the same.

/** How the functions of one official SDK differ from those of the others. */
export interface Variant {
  /** The JavaScript SDK has neither long nor double, and knows no special floats. */
  readonly hasWideTypes: boolean;
  /** The Java SDK does not turn a bare number into an egress value of its own. */
  readonly writesNumber: boolean;
  /** The type under which `showcase/mirror` replies. */
  readonly replyTypename: string;
}

/** The variant of each official SDK. */
export const variants: Readonly<Record<"go" | "java" | "js" | "python", Variant>> = {
  go: { hasWideTypes: true, writesNumber: true, replyTypename: "showcase/json" },
  java: { hasWideTypes: true, writesNumber: false, replyTypename: "showcase/json" },
  js: { hasWideTypes: false, writesNumber: true, replyTypename: "showcase/ignored" },
  python: { hasWideTypes: true, writesNumber: true, replyTypename: "showcase/json" },
};

const Name = jsonType<{ name: string; visits?: number }>("greeter/name");
const Go = jsonType<{ name: string }>("showcase/go");
const Json = jsonType("showcase/json");
const Out = kafkaEgress("showcase/out");
const topic = "showcase-out";

const Person = functionType("greeter/person", [Name]);
const Greet = functionType("greeter/greet", [Name]);
const Main = functionType("showcase/main", [Go]);
const MainReply = { typename: "showcase/main", id: "reply" };

const person = statefulFunction(Person, {
  storage: { visits: types.int },
  on: {
    [Name.typename](context, { name }) {
      const visits = context.storage.visits.update((n = 0) => n + 1);
      context.send(Greet.address(context.self.id), Name({ name, visits }));
    },
  },
});

const greet = statefulFunction(Greet, {
  on: {
    [Name.typename](context, { name, visits = 0 }) {
      context.send(Out, { topic, key: context.self.id, value: `hello ${name} ${String(visits)}` });
    },
  },
});

/** What `showcase/main` sends to `showcase/mirror`, by the id it sends to. */
function primitivesOf({ hasWideTypes }: Variant): readonly (readonly [id: string, type: Type, value: unknown])[] {
  const each = (id: string, type: unknown, values: readonly unknown[]): [string, Type, unknown][] =>
    values.map((value) => [id, type as Type, value]);
  const largestFloat = 2 ** 128 - 2 ** 104;
  return [
    ...each("int", types.int, [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]),
    ...(hasWideTypes
      ? each("long", types.long, [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n])
      : []),
    ...each("float", types.float, [0, 1.5, -1.5, largestFloat]),
    ...(hasWideTypes ? each("float", types.float, [Number.POSITIVE_INFINITY, Number.NaN]) : []),
    ...(hasWideTypes ? each("double", types.double, [0, 1.5, -1.5, Number.MAX_VALUE, -0, Number.NaN]) : []),
    ...each("bool", types.boolean, [false, true]),
    ...each("string", types.string, ["", "hi", "é😀", "x".repeat(200)]),
    ...each("json", Json, [{ a: 1, b: "é<>&" }]),
  ];
}

function main(variant: Variant): AnyStatefulFunction {
  const Mirror = functionType("showcase/mirror", [types.string, ...primitivesOf({ ...variant, hasWideTypes: false }).map(([, type]) => type)].filter(firstOfItsTypename));
  const last = valueSpec(types.string, { expireAfterCall: { hours: 2 } });
  const runs = { expireAfterWrite: { hours: 1 } };
  const storage = variant.hasWideTypes
    ? { runs: valueSpec(types.long, runs), last }
    : { runs: valueSpec(types.int, runs), last };
  return statefulFunction(Main, { storage, on: {} as never });
}
