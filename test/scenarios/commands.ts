import type { Batch, BatchCall } from "./batch.js";
import type { DeclaredState, GivenValue } from "./scenario.js";
import { textOf } from "./values.js";

/** A `TypedValue` spelled out; `has` is true and `value` empty if left out, `extra` are fields appended to it. */
export interface GivenTyped {
  readonly type?: string;
  readonly has?: boolean;
  readonly value?: GivenValue;
  readonly extra?: string;
}

/** The shape of an HTTP answer, for the first `times` requests that carry it: 1 if left out, −1 for always. */
export interface ReplyShape {
  readonly status?: number;
  readonly contentType?: string | null;
  readonly body?: GivenValue;
  readonly headers?: readonly string[];
  readonly chunked?: number;
  readonly gzip?: true;
  readonly close?: true;
  readonly drop?: "before" | "half";
  readonly times?: number;
}

/** What a call asks the scripted function to do. */
export type Command =
  | { readonly hold: string }
  | { readonly stall: number; readonly times?: number }
  | { readonly reply: ReplyShape }
  | { readonly incomplete: readonly DeclaredState[]; readonly times?: number }
  | {
      readonly set: Readonly<
        Record<string, GivenValue | { readonly typed: GivenTyped; readonly kind?: number }>
      >;
    }
  | { readonly add: Readonly<Record<string, number>> }
  | { readonly del: string }
  | {
      readonly send: {
        readonly to: string;
        readonly value?: GivenValue;
        readonly type?: string;
        readonly typed?: GivenTyped;
      };
    }
  | { readonly sendMany: { readonly to: string; readonly from: number; readonly upto: number } }
  | {
      readonly sendAfter: {
        readonly to: string;
        readonly ms: number;
        readonly value?: GivenValue;
        readonly typed?: GivenTyped;
        readonly token?: string;
      };
    }
  | { readonly cancel: string }
  | { readonly forward: string }
  | { readonly count: { readonly state: string; readonly upto: number } }
  | {
      readonly egress: {
        readonly to: string;
        readonly topic?: string;
        readonly key?: string;
        readonly value?: GivenValue;
        readonly state?: string;
        readonly typed?: GivenTyped;
        readonly extra?: string;
      };
    }
  | { readonly note: unknown };

const known = new Set([
  "hold",
  "stall",
  "reply",
  "incomplete",
  "set",
  "add",
  "del",
  "send",
  "sendMany",
  "sendAfter",
  "cancel",
  "forward",
  "count",
  "egress",
  "note",
]);

/** A command, and the call that carries it. */
export interface CarriedCommand {
  readonly call: BatchCall;
  readonly command: Command;
}

/**
 * All commands of a batch in order. A value that is no JSON, or JSON of anything but objects, commands nothing.
 *
 * @throws Error if an object is no command that the scripted function knows
 */
export function commandsOf({ calls }: Batch): CarriedCommand[] {
  return calls.flatMap((call) => parsed(call.value).map((command) => ({ call, command })));
}

function parsed(value: Uint8Array): Command[] {
  let json: unknown;
  try {
    json = JSON.parse(textOf(value) ?? "");
  } catch {
    return [];
  }
  const list = Array.isArray(json) ? (json as unknown[]) : [json];
  if (!list.every((entry) => typeof entry === "object" && entry !== null)) return [];
  return list.map((entry) => {
    const names = Object.keys(entry).filter((name) => name !== "times");
    if (names.length !== 1 || !known.has(names[0] ?? "")) {
      throw new Error(`${JSON.stringify(entry)} is no command that the scripted function knows.`);
    }
    return entry as Command;
  });
}
