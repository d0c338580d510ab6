import { expect, test } from "@jest/globals";
import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { knownFunctions } from "../../../../dev/runtime/ingress/known-function.js";

test("functions of this process are known with the types that they accept", () => {
  const greeter = statefulFunction(functionType("example/greeter", [types.string]), {
    on: { [types.string.typename]: () => undefined },
  });
  const any = statefulFunction(functionType("example/any", []), { on: {}, otherwise: () => undefined });

  const known = knownFunctions(requestReplyHandler([greeter, any]));

  expect(known).toEqual([
    { typename: "example/greeter", accepts: ["io.statefun.types/string"], acceptsOthers: false },
    { typename: "example/any", accepts: [], acceptsOthers: true },
  ]);
});
