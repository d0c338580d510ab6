import type { Batch } from "./batch.js";
import type { CarriedCommand, ReplyShape } from "./commands.js";
import { commandsOf } from "./commands.js";
import { incompleteAnswer, resultAnswer } from "./effects.js";
import type { DeclaredFunctions, DeclaredState } from "./scenario.js";

/** What the scripted function makes of one request. */
export interface ScriptedAnswer {
  /** Gates to wait at. */
  readonly holds: readonly string[];
  /** How long to wait, in milliseconds. */
  readonly stallMillis: number;
  /** The shape of the HTTP answer, if it is not the ordinary one. */
  readonly shape: ReplyShape | undefined;
  /** The `FromFunction`. */
  readonly body: Uint8Array;
  /** The names asked for, if the answer is incomplete. */
  readonly missing: readonly string[] | undefined;
}

/** Counts requests that carry a command with `times`: by what the command says and where it arrives. */
export class CarriedTimes {
  readonly #seen = new Map<string, number>();

  /** Whether `command`, carried by this request, still has its effect. */
  applies(address: string, command: object, times = 1): boolean {
    const key = `${address} ${JSON.stringify(command)}`;
    const seen = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, seen);
    return times === -1 || seen <= times;
  }
}

/** Decides on the answer to a request: its shape first, then negotiation, then the commands. */
export function answerTo(batch: Batch, functions: DeclaredFunctions, carried: CarriedTimes): ScriptedAnswer {
  const declared = functions[batch.typename]?.states ?? [];
  const commands = commandsOf(batch);
  const shape = shapeOf(batch, commands, carried);
  const missing = shape.missing ?? absent(batch, declared);
  const { holds, stallMillis, reply } = shape;
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name);
    return { holds, stallMillis, shape: reply, body: incompleteAnswer(missing), missing: names };
  }
  const body = resultAnswer(batch, commands, declared);
  return { holds, stallMillis, shape: reply, body, missing: undefined };
}

interface Shape {
  readonly holds: string[];
  stallMillis: number;
  reply: ReplyShape | undefined;
  missing: readonly DeclaredState[] | undefined;
}

function shapeOf({ address }: Batch, commands: readonly CarriedCommand[], carried: CarriedTimes): Shape {
  const shape: Shape = { holds: [], stallMillis: 0, reply: undefined, missing: undefined };
  for (const { command } of commands) {
    if ("hold" in command) {
      shape.holds.push(command.hold);
    } else if ("stall" in command) {
      if (carried.applies(address, command, command.times)) shape.stallMillis += command.stall;
    } else if ("reply" in command) {
      if (carried.applies(address, command, command.reply.times)) shape.reply ??= command.reply;
    } else if ("incomplete" in command) {
      if (carried.applies(address, command, command.times)) shape.missing ??= command.incomplete;
    }
  }
  return shape;
}

function absent({ states }: Batch, declared: readonly DeclaredState[]): readonly DeclaredState[] {
  return declared.filter(({ name }) => !states.has(name));
}
