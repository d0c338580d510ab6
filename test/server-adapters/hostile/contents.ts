import { io } from "statefun/proto";
import { batchHead } from "../raw-client.js";
import type { HostileCase } from "./encounter.js";

const { ToFunction } = io.statefun.sdk.reqreply;
const { StringWrapper } = io.statefun.sdk.types;

const megabyte = "x".repeat(1_000_000);
const text = (value: string): Uint8Array => StringWrapper.encode({ value }).finish();
const fn = { namespace: "ns", type: "fn", id: "1" };

interface Given {
  readonly target?: { readonly namespace: string; readonly type: string; readonly id: string };
  readonly typename?: string;
  readonly value?: Uint8Array;
}

function body({ target = fn, typename = "io.statefun.types/string", value = text("hi") }: Given): Buffer {
  const argument = { typename, hasValue: true, value };
  return Buffer.from(ToFunction.encode({ invocation: { target, invocations: [{ argument }] } }).finish());
}

/** The same body with some bytes exchanged for as many others: for what no string of JavaScript stands for. */
function exchanged(bytes: Buffer, from: string, to: Uint8Array): Buffer {
  const at = bytes.indexOf(from);
  const copy = Buffer.from(bytes);
  copy.set(to, at);
  return copy;
}

function sent(bytes: Uint8Array): HostileCase["sends"] {
  return [batchHead({ "content-length": bytes.length }), bytes];
}

const loneSurrogate = Buffer.from("eda080", "hex");
const notUtf8 = Buffer.from("fffe80", "hex");

/** What names and ids are tried with: a word for it, and the text. */
const texts: readonly (readonly [what: string, text: string])[] = [
  ["NUL", "a\0b"],
  ["a newline", "a\nb"],
  ["CR, LF and a header", "a\r\nset-cookie: a=b\r\n\r\n<html>"],
  ["an escape sequence", "\x1b[2J\x07"],
  ["an emoji", "👩‍🚀"],
  ["text from right to left", "\u202etxet"],
  ["__proto__", "__proto__"],
  ["1 MB", megabyte],
];

/** Ids, typenames and JSON that were never meant to be served. */
export const contents: readonly HostileCase[] = [
  ...texts.flatMap(([what, text]): readonly HostileCase[] => [
    {
      does: `puts ${what} into an id`,
      sends: sent(body({ target: { ...fn, id: text } })),
      answers: [200],
      connection: "kept",
      reports: [],
    },
    {
      does: `puts ${what} into a function's namespace`,
      sends: sent(body({ target: { ...fn, namespace: text } })),
      answers: [503],
      connection: "kept",
      reports: ["unknown-function"],
    },
    {
      does: `puts ${what} into a function's name`,
      sends: sent(body({ target: { ...fn, type: text } })),
      answers: [503],
      connection: "kept",
      reports: ["unknown-function"],
    },
    {
      does: `puts ${what} into a message's typename`,
      sends: sent(body({ typename: text })),
      answers: [500],
      connection: "kept",
      reports: ["unhandled-message"],
    },
    {
      does: `fails for an id with ${what}`,
      sends: sent(body({ target: { ...fn, id: text }, value: Uint8Array.of(10, 200) })),
      answers: [500],
      connection: "kept",
      reports: ["serialization"],
    },
  ]),
  ...[["a lone surrogate", loneSurrogate] as const, ["what is not UTF-8", notUtf8] as const].flatMap(
    ([what, bytes]): readonly HostileCase[] => [
      {
        does: `puts ${what} into an id`,
        sends: sent(exchanged(body({ target: { ...fn, id: "abc" } }), "abc", bytes)),
        answers: [400],
        connection: "kept",
        reports: ["malformed-request"],
      },
      {
        does: `puts ${what} into a function's name`,
        sends: sent(exchanged(body({ target: { ...fn, type: "abc" } }), "abc", bytes)),
        answers: [400],
        connection: "kept",
        reports: ["malformed-request"],
      },
      {
        does: `puts ${what} into a message's typename`,
        sends: sent(exchanged(body({ typename: "ns/abc" }), "abc", bytes)),
        answers: [400],
        connection: "kept",
        reports: ["malformed-request"],
      },
    ],
  ),
  {
    does: "sends random bytes",
    sends: sent(Buffer.from("8f3b00ff1d9a77", "hex")),
    answers: [400],
    connection: "kept",
    reports: ["malformed-request"],
  },
];

/** JSON that pollutes the prototype of every object where it is merged carelessly. */
export const pollutions: readonly string[] = [
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"a":{"__proto__":{"polluted":1}},"toString":1,"hasOwnProperty":2}',
  '["__proto__",{"__proto__":[]}]',
];

/** A batch for `ns/keeper` whose message is `json`, and whose state is the same. */
export function keeperBatch(json: string): Buffer {
  const value = { typename: "ns/any-json", hasValue: true, value: Buffer.from(json) };
  const target = { namespace: "ns", type: "keeper", id: "1" };
  const state = [{ stateName: "kept", stateValue: value }];
  return Buffer.from(
    ToFunction.encode({ invocation: { target, state, invocations: [{ argument: value }] } }).finish(),
  );
}
