import { delimited, fieldsOf, type Rule } from "./reference.js";

/**
 * Where the codec differs from the oracle, protobufjs's generated module, with the reason for each. Every difference
 * has a test of its own in differences.test.ts; anything else in which the two differ fails the differential tests.
 */
export const differences = {
  // Reading

  noTarget: "A ToFunction without a target decodes, and no cluster sends one: it is malformed-request.",
  absentIsEmpty:
    "An absent address, argument or state value reads as one in which everything is empty, because StateFun gives both the same meaning; the oracle has null for it.",
  emptyCaller:
    "A caller of three empty texts is no caller: some clusters write a message from an ingress that way.",
  stateHeaders:
    "Headers of state values are checked and not kept: StateFun knows headers of messages and Kafka records only.",
  endlessVarint:
    "A varint of more than ten bytes is refused everywhere, as protobuf's specification has it; the oracle passes over one of any length in an unknown field.",
  groupDepth:
    "Groups may be nested 100 deep wherever they stand; the oracle counts the messages around them too.",
  foreignWireType:
    "Field 1 of a primitive value in another wire type is serialization, because it is a value of another type; the oracle passes over it and reads the default.",
  overwrittenText:
    "Of several texts in a string value only the last one is the value, and only that one has to be UTF-8; the oracle checks them all.",

  // Writing

  negativeZero:
    "A float or double of −0 is written as no bytes, like 0, as all but one of StateFun's SDKs do.",
  halfSurrogate:
    "Half of a surrogate pair is refused, or written as U+FFFD by the tools' side of the wire; the oracle writes three bytes that are not UTF-8.",
} as const satisfies Readonly<Record<string, string>>;

export type Difference = keyof typeof differences;

/** The difference that lets the oracle accept a message that breaks `rule`. */
export function whyAcceptedByOracle(rule: Rule): Difference | undefined {
  if (rule === "more than ten bytes") return "endlessVarint";
  if (rule === "group depth") return "groupDepth";
  if (rule === "foreign wire type") return "foreignWireType";
  return undefined;
}

/** The difference that lets the oracle refuse with `error` what no rule forbids; `text` is a string value. */
export function whyRefusedByOracle(error: unknown, text?: Uint8Array): Difference | undefined {
  if (error instanceof Error && error.message === "max depth exceeded") return "groupDepth";
  if (text !== undefined && delimited(fieldsOf(text), 1).length > 1) return "overwrittenText";
  return undefined;
}
