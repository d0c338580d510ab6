import { describe, expect, test } from "@jest/globals";
import { fromHex } from "../support/hex.js";
import { agreedRequest } from "./agreement.js";
import { requestBody } from "./bodies.js";
import { randomRequest } from "./random-messages.js";
import { oracleRequest } from "./oracle.js";
import { Random } from "./random.js";
import { decodeRequest, RuleBroken, type Rule } from "./reference.js";
import { bytesField, messageField, serialize, textField, varintField } from "./wire-tree.js";
import { io } from "statefun/proto";

const { ToFunction } = io.statefun.sdk.reqreply;

function brokenRule(bytes: Uint8Array): Rule | undefined {
  try {
    decodeRequest(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof RuleBroken) return error.rule;
    throw error;
  }
}

describe("the reference decoder", () => {
  test.each<[Rule, string]>([
    ["cut short", "08"],
    ["cut short", "0d010203"],
    ["cut short", "0901020304050607"],
    ["cut short", "0b"],
    ["beyond the end", "1202aa"],
    ["beyond the end", "a206030a0461"],
    ["more than ten bytes", `08${"80".repeat(10)}00`],
    ["more than 32 bits", "ffffffff1f"],
    ["more than 32 bits", "8a808080800000"],
    ["more than 32 bits", "1280808080800000"],
    ["field zero", "0001"],
    ["field zero", "800001"],
    ["wire type", "0e"],
    ["wire type", "0f"],
    ["group end", "0c"],
    ["group end", "0b14"],
    ["group depth", "0b".repeat(101) + "0c".repeat(101)],
    ["not UTF-8", "a206050a030a01ff"],
  ])("names the rule that is broken: %s (%#)", (rule, digits) => {
    expect(brokenRule(fromHex(digits))).toBe(rule);
    agreedRequest(fromHex(digits));
  });

  test("reads what a request says, fields of every kind and repeated ones merged", () => {
    const address = (id: string): ReturnType<typeof messageField> =>
      messageField(1, [...textField(1, "ns"), ...textField(3, id)]);
    const header = messageField(4, [...textField(1, "k"), varintField(3, 1)]);
    const argument = [...textField(1, "n/m"), varintField(2, 1), bytesField(3, fromHex("07")), header];
    const bytes = serialize([
      messageField(100, [address("old"), messageField(2, textField(1, "seen"))]),
      messageField(100, [
        address("new"),
        messageField(3, [messageField(2, argument), messageField(2, [header])]),
      ]),
    ]);

    expect(decodeRequest(bytes)).toEqual({
      target: { namespace: "ns", name: "", id: "new" },
      states: [{ name: "seen", value: undefined }],
      invocations: [
        {
          caller: undefined,
          argument: {
            typename: "n/m",
            hasValue: true,
            value: fromHex("07"),
            headers: [1, 2].map(() => ({ key: "k", value: new Uint8Array(0) })),
          },
          argumentBytes: serialize([...argument, header]),
        },
      ],
    });
  });
});

describe("random bodies", () => {
  test("are the same for the same seed, and others for another", () => {
    const bodies = (seed: number): readonly Uint8Array[] =>
      Array.from({ length: 50 }, (_, i) => requestBody(new Random(seed, i)));

    expect(bodies(7)).toEqual(bodies(7));
    expect(bodies(7)).not.toEqual(bodies(8));
  });

  test("are written down as the oracle writes them, as long as nothing about them is odd", () => {
    // Small numbers of fields, no defaults and no header: what an encoder would write, field by field.
    const bytes = serialize([
      messageField(100, [
        messageField(1, [...textField(1, "ns"), ...textField(2, "fn"), ...textField(3, "é".repeat(100))]),
        messageField(2, textField(1, "seen")),
        messageField(3, [messageField(2, [varintField(2, 1), bytesField(3, new Uint8Array(20_000))])]),
      ]),
    ]);

    expect(Buffer.compare(ToFunction.encode(ToFunction.decode(bytes)).finish(), bytes)).toBe(0);
  });

  test("are requests that the oracle accepts where they are meant to be well-formed", () => {
    const requests = Array.from({ length: 300 }, (_, i) => serialize(randomRequest(new Random(1, i))));

    const read = requests.map(oracleRequest);

    expect(read.filter(({ target }) => target !== undefined).length).toBeGreaterThan(280);
  });
});
