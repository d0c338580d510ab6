import protobuf from "protobufjs/minimal.js";
import { delimited, joined, varint } from "../support/fields.js";
import { fromHex } from "../support/hex.js";
import type { Batch, BatchCall, BatchValue } from "./batch.js";
import type { CarriedCommand, GivenTyped } from "./commands.js";
import type { DeclaredState, GivenValue } from "./scenario.js";
import { bytesOf, textOf } from "./values.js";

const kafkaRecord = "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord";

/** The `FromFunction` that asks for states. */
export function incompleteAnswer(specs: readonly DeclaredState[]): Uint8Array {
  const missing = specs.map(({ name, type, expire }) => {
    const parts = [textField(1, name)];
    if (expire) {
      const mode = varint(1, expire.mode === "AFTER_WRITE" ? 1 : 2);
      parts.push(delimited(2, mode, expire.ms === 0 ? new Uint8Array(0) : int64(2, expire.ms)));
    }
    parts.push(textField(3, type));
    return delimited(1, ...parts);
  });
  return delimited(101, ...missing);
}

/** Runs commands one after another on one view of the states, and gathers the `FromFunction` that they make. */
export function resultAnswer(
  batch: Batch,
  commands: readonly CarriedCommand[],
  declared: readonly DeclaredState[],
): Uint8Array {
  const effects = new Effects(batch, declared);
  for (const command of commands) effects.run(command);
  return effects.answer();
}

/** The effects of a batch as they gather. */
class Effects {
  readonly #batch: Batch;
  readonly #types: ReadonlyMap<string, string>;
  readonly #view: Map<string, BatchValue | undefined>;
  readonly #mutations: Uint8Array[] = [];
  readonly #messages: Uint8Array[] = [];
  readonly #delayed: Uint8Array[] = [];
  readonly #egresses: Uint8Array[] = [];

  constructor(batch: Batch, declared: readonly DeclaredState[]) {
    this.#batch = batch;
    this.#types = new Map(declared.map(({ name, type }) => [name, type]));
    this.#view = new Map(batch.states);
  }

  answer(): Uint8Array {
    return delimited(100, ...this.#mutations, ...this.#messages, ...this.#delayed, ...this.#egresses);
  }

  run({ call, command }: CarriedCommand): void {
    if ("set" in command) {
      for (const [name, value] of Object.entries(command.set)) this.#set(name, value);
    } else if ("add" in command) {
      for (const [name, amount] of Object.entries(command.add))
        this.#put(name, String(this.#number(name) + amount));
    } else if ("del" in command) {
      this.#view.set(command.del, undefined);
      this.#mutations.push(delimited(1, textField(2, command.del)));
    } else if ("send" in command) {
      const { to, type = "golden/commands", value = "", typed = { type, value } } = command.send;
      this.#send(to, typedValue(typed), call);
    } else if ("sendMany" in command) {
      const { to, from, upto } = command.sendMany;
      for (let note = from; note <= upto; note++) {
        this.#send(to, typedValue({ type: "golden/commands", value: [{ note }] }), call);
      }
    } else if ("forward" in command) {
      if (command.forward !== this.#batch.address) this.#send(command.forward, call.argument, call);
    } else if ("count" in command) {
      const next = this.#number(command.count.state) + 1;
      this.#put(command.count.state, String(next));
      if (next < command.count.upto) this.#send("self", call.argument, call);
    } else {
      this.#runOutward(call, command);
    }
  }

  #runOutward(call: BatchCall, command: CarriedCommand["command"]): void {
    if ("sendAfter" in command) {
      const {
        to,
        ms,
        token = "",
        value = "",
        typed = { type: "golden/commands", value },
      } = command.sendAfter;
      this.#delayed.push(
        delimited(
          3,
          textField(11, token),
          ms === 0 ? new Uint8Array(0) : int64(1, ms),
          this.#target(2, to, call),
          delimited(3, typedValue(typed)),
        ),
      );
    } else if ("cancel" in command) {
      this.#delayed.push(delimited(3, varint(10, 1), textField(11, command.cancel)));
    } else if ("egress" in command) {
      const { to, topic = "", key = "", value = "", state, typed, extra } = command.egress;
      const content =
        state === undefined ? bytesOf(value) : (this.#view.get(state)?.value ?? bytesOf("none"));
      const record = joined(textField(1, key), bytesField(2, content), textField(3, topic));
      const argument =
        typed === undefined
          ? joined(typedBytes(kafkaRecord, true, record), fromHex(extra ?? ""))
          : typedValue(typed);
      const [namespace = "", name = ""] = to.split("/");
      this.#egresses.push(delimited(4, textField(1, namespace), textField(2, name), delimited(3, argument)));
    }
  }

  #set(name: string, value: GivenValue | { readonly typed: GivenTyped; readonly kind?: number }): void {
    if (typeof value === "object" && "typed" in value) {
      const { typed, kind = 1 } = value as { readonly typed: GivenTyped; readonly kind?: number };
      this.#view.set(name, { typename: typed.type ?? "", value: bytesOf(typed.value ?? "") });
      this.#mutations.push(
        delimited(1, varint(1, kind), textField(2, name), delimited(3, typedValue(typed))),
      );
    } else {
      this.#put(name, value);
    }
  }

  #put(name: string, value: GivenValue): void {
    const typename = this.#types.get(name) ?? "golden/text";
    this.#view.set(name, { typename, value: bytesOf(value) });
    const stored = delimited(3, typedValue({ type: typename, value }));
    this.#mutations.push(delimited(1, varint(1, 1), textField(2, name), stored));
  }

  #number(name: string): number {
    const held = this.#view.get(name);
    return held === undefined ? 0 : Number(textOf(held.value));
  }

  #send(to: string, argument: Uint8Array, call: BatchCall): void {
    this.#messages.push(delimited(2, this.#target(1, to, call), delimited(2, argument)));
  }

  #target(field: number, to: string, { from }: BatchCall): Uint8Array {
    const text = to === "self" ? this.#batch.address : to === "caller" ? (from ?? "") : to;
    const [namespace = "", name = "", ...id] = text.split("/");
    return delimited(field, textField(1, namespace), textField(2, name), textField(3, id.join("/")));
  }
}

function typedValue({ type = "", has = true, value = "", extra = "" }: GivenTyped): Uint8Array {
  return joined(typedBytes(type, has, bytesOf(value)), fromHex(extra));
}

function typedBytes(typename: string, has: boolean, value: Uint8Array): Uint8Array {
  return joined(textField(1, typename), has ? varint(2, 1) : new Uint8Array(0), bytesField(3, value));
}

/** A field of text; nothing if it is empty, as proto3 says. */
function textField(number: number, text: string): Uint8Array {
  return bytesField(number, new Uint8Array(Buffer.from(text)));
}

function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? bytes : delimited(number, bytes);
}

function int64(number: number, value: number): Uint8Array {
  const tag = number << 3;
  return new Uint8Array(protobuf.Writer.create().uint32(tag).int64(value).finish());
}
