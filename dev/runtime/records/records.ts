import { RecordReader } from "./record-reader.js";
import { RecordWriter } from "./record-writer.js";

/** How the values of one table are written. */
export interface RecordCodec<T> {
  encode(record: T): Uint8Array;
  /** @throws RuntimeError `store-damaged` if the bytes are cut short */
  decode(bytes: Uint8Array): T;
}

/** Table `types`: a function type that messages have been sent to, and the states that were ever registered for it. */
export interface TypeRecord {
  readonly namespace: string;
  readonly name: string;
  /** In the order of their first registration: state values refer to them by index. */
  readonly states: readonly StoredSpec[];
}

/** What is kept of a registered state: a cluster, too, refuses to take these two back. */
export interface StoredSpec {
  readonly name: string;
  readonly typename: string;
  readonly expires: boolean;
}

/** The codec of table `types`. */
export const typeRecords: RecordCodec<TypeRecord> = {
  encode({ namespace, name, states }) {
    const out = new RecordWriter().text(namespace).text(name);
    for (const state of states)
      out
        .text(state.name)
        .text(state.typename)
        .number(state.expires ? 1 : 0);
    return out.finished();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes);
    const namespace = reader.text();
    const name = reader.text();
    const states: StoredSpec[] = [];
    while (!reader.done) {
      states.push({ name: reader.text(), typename: reader.text(), expires: reader.number() === 1 });
    }
    return { namespace, name, states };
  },
};

/** One state value. */
export interface StoredValue {
  readonly bytes: Uint8Array;
  /** When it was last written, or called for if it expires after call; milliseconds since the epoch. */
  readonly touchedMillis: number;
}

/** Table `state`: the state values of one address by the index of their state; missing ones are `undefined`. */
export type StateRecord = readonly (StoredValue | undefined)[];

/** Far more states than a function has: an index beyond is not one, and room for it would take all memory. */
const mostStates = 2 ** 16;

/** The codec of table `state`. */
export const stateRecords: RecordCodec<StateRecord> = {
  encode(values) {
    let size = 0;
    for (const value of values) if (value !== undefined) size += value.bytes.length + 20;
    const out = new RecordWriter(size);
    values.forEach((value, index) => {
      if (value !== undefined) out.number(index).number(value.touchedMillis).bytes(value.bytes);
    });
    return out.finished();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes);
    const values: (StoredValue | undefined)[] = [];
    while (!reader.done) {
      const index = reader.numberBelow(mostStates);
      const touchedMillis = reader.number();
      while (values.length < index) values.push(undefined);
      values[index] = { touchedMillis, bytes: reader.bytes() };
    }
    return values;
  },
};

/** Table `mail`: a message that is not processed yet. */
export interface MailRecord {
  /** The number of the function type it goes to. */
  readonly type: number;
  readonly id: string;
  /** A serialized `Invocation`: caller and argument. */
  readonly invocation: Uint8Array;
}

/** The codec of table `mail`. */
export const mailRecords: RecordCodec<MailRecord> = {
  encode({ type, id, invocation }) {
    return new RecordWriter(24 + id.length + invocation.length)
      .number(type)
      .text(id)
      .rest(invocation)
      .finished();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes);
    return { type: reader.number(), id: reader.text(), invocation: reader.rest() };
  },
};

/** Table `batches`: the sequence number of the last message of the batch in flight, if the batch has several. */
export const batchRecords: RecordCodec<number> = {
  encode: (last) => new RecordWriter(8).number(last).finished(),
  decode: (bytes) => new RecordReader(bytes).number(),
};

/** Table `delays`: a delayed message. */
export interface DelayRecord {
  /** The cancellation token; empty if there is none. */
  readonly token: string;
  /** Who sent it: the number of the function type, and the id, which the token belongs to. */
  readonly fromType: number;
  readonly fromId: string;
  /** Where it goes. */
  readonly toType: number;
  readonly toId: string;
  /** A serialized `Invocation`: caller and argument. */
  readonly invocation: Uint8Array;
}

/** The codec of table `delays`. */
export const delayRecords: RecordCodec<DelayRecord> = {
  encode({ token, fromType, fromId, toType, toId, invocation }) {
    return new RecordWriter(48 + invocation.length)
      .text(token)
      .number(fromType)
      .text(fromId)
      .number(toType)
      .text(toId)
      .rest(invocation)
      .finished();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes);
    return {
      token: reader.text(),
      fromType: reader.number(),
      fromId: reader.text(),
      toType: reader.number(),
      toId: reader.text(),
      invocation: reader.rest(),
    };
  },
};

/** Digits of a number in a key of table `delays`: base 36 holds 2⁵³ in eleven. */
const keyDigits = 11;

/** The key of a delayed message: in the order of due time, then of sending. */
export function delayKey(dueMillis: number, sequence: number): string {
  return dueMillis.toString(36).padStart(keyDigits, "0") + sequence.toString(36).padStart(keyDigits, "0");
}

/** When the delayed message under `key` is due. */
export function delayDueMillis(key: string): number {
  return Number.parseInt(key.slice(0, keyDigits), 36);
}

/** The key of a token: the id of the sender counts, whatever its function type. */
export function tokenKey(senderId: string, token: string): string {
  return `${senderId.length.toString(36)}:${senderId}${token}`;
}

/** Table `tokens`: the key of the delayed message in `delays`. */
export const tokenRecords: RecordCodec<string> = {
  encode: (key) => new RecordWriter(32).text(key).finished(),
  decode: (bytes) => new RecordReader(bytes).text(),
};

/** Table `outbox`: an egress record that is not delivered yet. */
export interface StoredEgressRecord {
  readonly egress: string;
  /** A serialized `TypedValue`. */
  readonly argument: Uint8Array;
}

/** The codec of table `outbox`. */
export const outboxRecords: RecordCodec<StoredEgressRecord> = {
  encode({ egress, argument }) {
    return new RecordWriter(32 + argument.length).text(egress).rest(argument).finished();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes);
    return { egress: reader.text(), argument: reader.rest() };
  },
};

/** Table `requests`: when a request with an idempotency key was taken over; milliseconds since the epoch. */
export const requestRecords: RecordCodec<number> = {
  encode: (atMillis) => new RecordWriter(8).number(atMillis).finished(),
  decode: (bytes) => new RecordReader(bytes).number(),
};

/** Table `quarantine`: why an address was set aside. */
export interface QuarantineRecord {
  readonly sinceMillis: number;
  /** The code of the error. */
  readonly code: string;
  readonly message: string;
}

/** The codec of table `quarantine`. */
export const quarantineRecords: RecordCodec<QuarantineRecord> = {
  encode({ sinceMillis, code, message }) {
    return new RecordWriter().number(sinceMillis).text(code).text(message).finished();
  },
  decode(bytes) {
    const reader = new RecordReader(bytes);
    return { sinceMillis: reader.number(), code: reader.text(), message: reader.text() };
  },
};

/** Table `positions`: bytes that the ingress alone understands. */
export const positionRecords: RecordCodec<Uint8Array> = {
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
};

/** The key in table `meta` of the first sequence number that has not been used. */
export const sequenceKey = "sequence";

/** Table `meta`, key {@link sequenceKey}. */
export const sequenceRecords: RecordCodec<number> = {
  encode: (next) => new RecordWriter(8).number(next).finished(),
  decode: (bytes) => new RecordReader(bytes).number(),
};

/** When values of a state expire: after the last write, or after the last write or call. */
export interface Expiration {
  readonly after: "write" | "call";
  readonly millis: number;
}

/** What the keys in table `meta` begin with that say how a state expires. */
export const expirationPrefix = "expiration/";

/** The key in table `meta` of how a state expires, as its function has registered it last. */
export function expirationKey(type: number, index: number): string {
  return `${expirationPrefix}${type.toString()}/${index.toString()}`;
}

/** Table `meta`, key {@link expirationKey}. */
export const expirationRecords: RecordCodec<Expiration> = {
  encode: ({ after, millis }) =>
    new RecordWriter(12)
      .number(after === "call" ? 1 : 0)
      .number(Math.min(millis, Number.MAX_SAFE_INTEGER))
      .finished(),
  decode(bytes) {
    const reader = new RecordReader(bytes);
    return { after: reader.numberBelow(2) === 1 ? "call" : "write", millis: reader.number() };
  },
};

/** The key of an address in the tables `state`, `batches` and `quarantine`. */
export function addressKey(type: number, id: string): string {
  return `${type.toString()}/${id}`;
}

/** The two parts of an {@link addressKey}. */
export function addressOfKey(key: string): { readonly type: number; readonly id: string } {
  const slash = key.indexOf("/");
  return { type: Number(key.slice(0, slash)), id: key.slice(slash + 1) };
}

/** The number of the delayed message under `key`. */
export function delaySequence(key: string): number {
  return Number.parseInt(key.slice(keyDigits), 36);
}
