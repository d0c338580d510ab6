import { io } from "statefun/proto";
import type { Cells, Definition } from "./model-storage.js";
import * as types from "./model-values.js";
import { Failure, typedValue, type ValueType } from "./model-values.js";
import type { Address, Header, SerializedInvocation } from "./reference.js";

const { KafkaProducerRecord, KinesisEgressRecord } = io.statefun.sdk.egress;

type TypedValue = io.statefun.sdk.reqreply.TypedValue.$Properties;
type Sent = io.statefun.sdk.reqreply.FromFunction.Invocation.$Properties;
type Delayed = io.statefun.sdk.reqreply.FromFunction.DelayedInvocation.$Properties;
type EgressMessage = io.statefun.sdk.reqreply.FromFunction.EgressMessage.$Properties;

/** What a batch has done so far, as the oracle encodes it. */
export interface Effects {
  readonly messages: Sent[];
  readonly delayed: Delayed[];
  readonly egresses: EgressMessage[];
  readonly pendingTokens: Set<string>;
}

/** One message on its way to a handler. */
interface Call {
  readonly self: Address;
  readonly invocation: SerializedInvocation;
  readonly cells: Cells;
  readonly effects: Effects;
}

/** What functions.ts does, in other words. */
export interface Behaviour {
  readonly storage: readonly Definition[];
  /** By typename: what happens with a message that has a value. */
  readonly on: ReadonlyMap<string, (call: Call, value: Uint8Array) => void>;
  readonly otherwise?: (call: Call) => void;
}

/** A handler of one type, which reads the value first. */
function on<T>(
  type: ValueType<T>,
  handle: (call: Call, value: T) => void,
): [string, (call: Call, value: Uint8Array) => void] {
  return [
    type.typename,
    (call, value) => {
      handle(call, type.read(value));
    },
  ];
}

function send(effects: Effects, { namespace, name, id }: Address, argument: TypedValue): void {
  effects.messages.push({ target: { namespace, type: name, id }, argument });
}

function sink(self: Address): Address {
  return { namespace: "fuzz", name: "sink", id: self.id };
}

const tally: Behaviour = {
  storage: [{ name: "seen", typename: types.int.typename }],
  on: new Map([
    on(types.int, ({ cells }, amount) => {
      cells.set("seen", types.int, ((cells.get("seen", types.int) ?? 0) + amount) | 0);
    }),
    on(types.string, ({ cells }, text) => {
      if (text.startsWith("f")) cells.remove("seen");
      else cells.get("seen", types.int);
    }),
  ]),
};

function wireHeaders(headers: readonly Header[]): io.statefun.sdk.reqreply.TypedValue.Header.$Properties[] {
  return headers.map(({ key, value }) => (value === undefined ? { key } : { key, value, hasValue: true }));
}

function relayed({ self, invocation, effects }: Call, text: string): void {
  const { caller } = invocation;
  const headers = wireHeaders(invocation.argument?.headers ?? []);
  const message = { ...typedValue(types.string, text), headers };
  send(effects, self, message);
  if (caller !== undefined && `${caller.namespace}${caller.name}${caller.id}` !== "") {
    send(effects, caller, typedValue(types.long, BigInt(text.length)));
  }
  const record = KafkaProducerRecord.encode({
    key: text,
    valueBytes: types.string.write(text),
    topic: `t${text}`,
    headers,
  }).finish();
  const shard = KinesisEgressRecord.encode({
    partitionKey: `p${text}`,
    valueBytes: new TextEncoder().encode(text),
    stream: "s",
    explicitHashKey: text,
  }).finish();
  effects.egresses.push(egressRecord("records", "KafkaProducerRecord", record));
  effects.egresses.push(egressRecord("streams", "KinesisEgressRecord", shard));

  if (effects.pendingTokens.has(text)) throw new Failure("invalid-argument");
  const { namespace, name, id } = self;
  effects.delayed.push({
    delayInMs: 2 ** (text.length % 53),
    target: { namespace, type: name, id },
    argument: message,
    cancellationToken: text,
  });
  if (text !== "") effects.pendingTokens.add(text);
  if (text === "" || text.length % 3 !== 0) return;
  effects.delayed.push({ isCancellationRequest: true, cancellationToken: text });
  effects.pendingTokens.delete(text);
}

function egressRecord(egressType: string, record: string, value: Uint8Array): EgressMessage {
  const typename = `type.googleapis.com/io.statefun.sdk.egress.${record}`;
  return { egressNamespace: "fuzz", egressType, argument: { typename, hasValue: true, value } };
}

const relay: Behaviour = {
  storage: [],
  on: new Map([
    on(types.string, relayed),
    on(types.boolean, ({ effects }, flag) => {
      if (!flag) return;
      const argument = typedValue(types.string, "seen");
      effects.egresses.push({ egressNamespace: "fuzz", egressType: "log", argument });
    }),
  ]),
  otherwise({ self, invocation, effects }) {
    const { argument, argumentBytes } = invocation;
    const asItCame = { $unknowns: [argumentBytes] }; // the oracle writes these bytes as they are
    send(effects, self, asItCame);
    effects.egresses.push({ egressNamespace: "fuzz", egressType: "log", argument: asItCame });
    if (argument === undefined || argument.headers.length === 0) return;
    const { typename, hasValue, value, headers } = argument;
    const anew = { typename, hasValue, headers: wireHeaders(headers.toReversed()) };
    send(effects, self, hasValue ? { ...anew, value } : anew);
  },
};

/** Stores a value and sends on what was stored before. */
function exchange<T>(
  name: string,
  type: ValueType<T>,
  change = (value: T): T => value,
): ReturnType<typeof on> {
  return on(type, ({ self, cells, effects }, value) => {
    const held = cells.get(name, type);
    if (held !== undefined) send(effects, sink(self), typedValue(type, change(held)));
    cells.set(name, type, change(value));
  });
}

function notNaN(value: number): number {
  return Number.isNaN(value) ? 0.5 : value;
}

const kept = [
  ["flag", types.boolean],
  ["whole", types.int],
  ["big", types.long],
  ["small", types.float],
  ["ratio", types.double],
  ["text", types.string],
  ["raw", types.bytes],
] as const;

const expirations: Readonly<Record<string, Definition["expiration"]>> = {
  whole: { mode: 1, expireAfterMillis: 2000 },
  big: { mode: 2, expireAfterMillis: 3_600_000_000_000 },
  ratio: { mode: 1, expireAfterMillis: 1 },
};

const keeper: Behaviour = {
  storage: kept.map(([name, { typename }]) => {
    const expiration = expirations[name];
    return expiration === undefined ? { name, typename } : { name, typename, expiration };
  }),
  on: new Map([
    on(types.boolean, ({ cells }, everything) => {
      for (const [name, type] of kept) {
        if (everything) cells.get<unknown>(name, type);
        else cells.remove(name);
      }
      if (everything) cells.set("flag", types.boolean, true);
    }),
    exchange("whole", types.int),
    exchange("big", types.long),
    exchange("small", types.float, notNaN),
    exchange("ratio", types.double, notNaN),
    exchange("text", types.string),
    exchange("raw", types.bytes),
  ]),
};

const notes: Behaviour = {
  storage: [{ name: "latest", typename: types.note.typename }],
  on: new Map([
    on(types.note, ({ self, cells, effects }, value) => {
      const held = cells.get("latest", types.note);
      const kept = Array.isArray(held) ? (held as readonly unknown[]).slice(-2) : [];
      cells.set("latest", types.note, [...kept, value]);
      send(effects, sink(self), typedValue(types.note, value));
    }),
  ]),
};

const trouble: Behaviour = {
  storage: [],
  on: new Map([
    on(types.string, ({ self, effects }, text) => {
      const first = text[0] ?? "";
      if ("trs".includes(first) && first !== "") throw new Failure("function-failed");
      if (first === "h") throw new Failure("serialization");
      if (first === "n" || first === "k") throw new Failure("invalid-argument");
      send(effects, self, typedValue(types.string, text));
    }),
  ]),
};

/** By the typename of the function. */
export const behaviours: ReadonlyMap<string, Behaviour> = new Map([
  ["fuzz/tally", tally],
  ["fuzz/relay", relay],
  ["fuzz/keeper", keeper],
  ["fuzz/notes", notes],
  ["fuzz/trouble", trouble],
]);
