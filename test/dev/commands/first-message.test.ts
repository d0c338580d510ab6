import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { bytesType, functionType, jsonType, statefulFunction, types } from "statefun";
import { z } from "zod";
import {
  firstMessage,
  proposedMessage,
  shellWord,
  type FirstMessage,
} from "../../../dev/commands/first-message.js";

const Hello = jsonType("test/Hello", z.object({ name: z.string() }));
const Opaque = bytesType("test/Opaque");

const ignore = (): void => undefined;
const greeter = statefulFunction(functionType("test/greeter", [types.string]), {
  on: { [types.string.typename]: ignore },
});
const person = statefulFunction(functionType("test/person", [Hello]), {
  storage: { visits: types.int },
  on: { [Hello.typename]: ignore },
});
const both = statefulFunction(functionType("test/both", [types.int, Hello]), {
  on: { [types.int.typename]: ignore, [Hello.typename]: ignore },
});
const opaque = statefulFunction(functionType("test/opaque", [Opaque]), {
  storage: { seen: types.int },
  on: { [Opaque.typename]: ignore },
});
function first(functions: Parameters<typeof proposedMessage>[0]): FirstMessage | undefined {
  const proposed = proposedMessage(functions);
  return proposed && firstMessage(proposed, "http://127.0.0.1:8090");
}

describe("the first message", () => {
  test("goes to a function that keeps state, with an example of what it accepts", () => {
    expect(first([greeter, person])).toEqual({
      complete: true,
      command: `curl http://127.0.0.1:8090/test/person/Ada -d '{"name":"Ada"}'`,
    });
  });

  test.each([
    ["text", greeter, "curl http://127.0.0.1:8090/test/greeter/Ada -d Ada"],
    [
      "one type of several, by name",
      both,
      "curl http://127.0.0.1:8090/test/both/Ada -H 'Statefun-Typename: io.statefun.types/int' -d 1",
    ],
  ])("is %s", (_, one, command) => {
    expect(first([one])).toMatchObject({ complete: true, command });
  });

  test("goes to another function if the one with state takes what cannot be made up", () => {
    expect(first([opaque, greeter])).toMatchObject({
      command: "curl http://127.0.0.1:8090/test/greeter/Ada -d Ada",
    });
  });

  test("has its bytes left open if no function takes what can be made up", () => {
    expect(first([opaque])).toEqual({
      complete: false,
      command:
        "curl http://127.0.0.1:8090/test/opaque/Ada -H 'Statefun-Typename: test/Opaque' --data-binary @message.bin",
    });
  });

  test("is not proposed without functions", () => {
    expect(first([])).toBeUndefined();
  });
});

test.each(["Ada", "it's", '{"a": "$HOME `date` \\\\ !"}', "ä & b", ""])(
  "%j is one word of a shell",
  (text) => {
    const printed = execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`]).toString();

    expect(printed).toBe(text);
  },
);
