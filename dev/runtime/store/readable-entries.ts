import { serializedTypedValue } from "statefun/wire";
import type { FunctionAddress } from "../address.js";
import { typenameOf } from "../address.js";
import { addressBytes, invocationBytes } from "../dispatcher/wire-parts.js";
import * as records from "../records/records.js";
import { typedValueParts } from "../values/readable-value.js";
import { messageOf } from "../view/message-of.js";
import type { FunctionNumbers } from "./function-numbers.js";
import { LineProblem } from "./line-fields.js";
import type { LineFields } from "./line-fields.js";
import type { StoreKey, Table } from "./store.js";
import { base64Of, bytesOfFields, writableValue } from "./written-bytes.js";

/** The fields of a line of an export, in the order in which they are written. */
export type Fields = Readonly<Record<string, unknown>>;

/** How the entries of one table are shown in an export. */
export interface ReadableTable {
  /** @throws Error if the entry is not what the table should hold: it is then written as it is */
  toFields(key: StoreKey, value: Uint8Array, functions: FunctionNumbers): Fields;
  /** @throws LineProblem if the fields are not those of an entry */
  toEntry(fields: LineFields, functions: FunctionNumbers): readonly [StoreKey, Uint8Array];
}

const meta: ReadableTable = {
  toFields(key, value) {
    if (key === records.sequenceKey) return { key, number: records.sequenceRecords.decode(value) };
    return String(key).startsWith(records.expirationPrefix)
      ? { key, ...records.expirationRecords.decode(value) }
      : { key, ...writableValue("", value) };
  },
  toEntry(fields) {
    const key = fields.text("key");
    if (fields.has("after")) return [key, records.expirationRecords.encode(expirationOf(fields))];
    if (fields.has("number")) return [key, records.sequenceRecords.encode(fields.whole("number"))];
    return [key, bytesOfFields("", fields)];
  },
};

function expirationOf(fields: LineFields): records.Expiration {
  const after = fields.text("after");
  if (after !== "write" && after !== "call") throw new LineProblem(`"after" is neither "write" nor "call"`);
  return { after, millis: fields.whole("millis") };
}

const types: ReadableTable = {
  toFields(key, value) {
    const { namespace, name, states } = records.typeRecords.decode(value);
    return { number: key, namespace, name, states };
  },
  toEntry(fields) {
    const number = fields.whole("number");
    const [namespace, name] = [fields.text("namespace"), fields.text("name")];
    const states = fields.objects("states").map((state) => {
      const spec = {
        name: state.text("name"),
        typename: state.text("typename"),
        expires: state.flag("expires"),
      };
      state.done();
      return spec;
    });
    return [number, records.typeRecords.encode({ namespace, name, states })];
  },
};

const mail: ReadableTable = {
  toFields(key, value, functions) {
    const { type, id, invocation } = records.mailRecords.decode(value);
    return { sequence: key, to: instanceFields(type, id, functions), ...messageFields(invocation) };
  },
  toEntry(fields, functions) {
    const sequence = fields.whole("sequence");
    const { type, id } = instanceOf(fields.object("to"), functions);
    return [sequence, records.mailRecords.encode({ type, id, invocation: invocationOf(fields) })];
  },
};

const batches: ReadableTable = {
  toFields: (key, value, functions) => ({
    ...addressFields(key, functions),
    last: records.batchRecords.decode(value),
  }),
  toEntry: (fields, functions) => [
    addressKeyOf(fields, functions),
    records.batchRecords.encode(fields.whole("last")),
  ],
};

const delays: ReadableTable = {
  toFields(key, value, functions) {
    const record = records.delayRecords.decode(value);
    return {
      ...delayFields(String(key)),
      ...(record.token === "" ? {} : { token: record.token }),
      from: instanceFields(record.fromType, record.fromId, functions),
      to: instanceFields(record.toType, record.toId, functions),
      ...messageFields(record.invocation),
    };
  },
  toEntry(fields, functions) {
    const key = delayKeyOf(fields);
    const token = fields.has("token") ? fields.text("token") : "";
    const from = instanceOf(fields.object("from"), functions);
    const to = instanceOf(fields.object("to"), functions);
    const value = records.delayRecords.encode({
      token,
      fromType: from.type,
      fromId: from.id,
      toType: to.type,
      toId: to.id,
      invocation: invocationOf(fields),
    });
    return [key, value];
  },
};

const tokens: ReadableTable = {
  toFields(key, value) {
    const text = String(key);
    const colon = text.indexOf(":");
    const idEnd = colon + 1 + Number.parseInt(text.slice(0, colon), 36);
    return {
      senderId: text.slice(colon + 1, idEnd),
      token: text.slice(idEnd),
      ...delayFields(records.tokenRecords.decode(value)),
    };
  },
  toEntry: (fields) => [
    records.tokenKey(fields.text("senderId"), fields.text("token")),
    records.tokenRecords.encode(delayKeyOf(fields)),
  ],
};

const outbox: ReadableTable = {
  toFields(key, value) {
    const { egress, argument } = records.outboxRecords.decode(value);
    return { sequence: key, egress, record: typedFields(argument) };
  },
  toEntry(fields) {
    const sequence = fields.whole("sequence");
    const egress = fields.text("egress");
    return [sequence, records.outboxRecords.encode({ egress, argument: typedOf(fields.object("record")) })];
  },
};

const positions: ReadableTable = {
  toFields: (key, value) => ({ key, ...writableValue("", value) }),
  toEntry: (fields) => [fields.text("key"), bytesOfFields("", fields)],
};

const requests: ReadableTable = {
  toFields: (key, value) => ({ key, atMillis: records.requestRecords.decode(value) }),
  toEntry: (fields) => [fields.text("key"), records.requestRecords.encode(fields.whole("atMillis"))],
};

const quarantine: ReadableTable = {
  toFields: (key, value, functions) => ({
    ...addressFields(key, functions),
    ...records.quarantineRecords.decode(value),
  }),
  toEntry: (fields, functions) => [
    addressKeyOf(fields, functions),
    records.quarantineRecords.encode({
      sinceMillis: fields.whole("sinceMillis"),
      code: fields.text("code"),
      message: fields.text("message"),
    }),
  ],
};

/** The tables of which an entry is a line; in `state` it is a line a value. */
export const readableTables: Readonly<Record<Exclude<Table, "state">, ReadableTable>> = {
  meta,
  types,
  mail,
  batches,
  delays,
  tokens,
  outbox,
  positions,
  requests,
  quarantine,
};

/** The fields `function` and `id` of a key of an address. */
export function addressFields(key: StoreKey, functions: FunctionNumbers): Fields {
  const { type, id } = records.addressOfKey(String(key));
  return instanceFields(type, id, functions);
}

/** The key of an address from the fields `function` and `id`. */
export function addressKeyOf(fields: LineFields, functions: FunctionNumbers): string {
  return records.addressKey(functions.numberOf(fields.text("function")), fields.text("id"));
}

function instanceFields(type: number, id: string, functions: FunctionNumbers): Fields {
  return { function: functions.typenameOf(type), id };
}

function instanceOf(
  fields: LineFields,
  functions: FunctionNumbers,
): { readonly type: number; readonly id: string } {
  const type = functions.numberOf(fields.text("function"));
  const id = fields.text("id");
  fields.done();
  return { type, id };
}

function messageFields(invocation: Uint8Array): Fields {
  const { caller, argument } = messageOf(invocation);
  return {
    ...(caller === undefined ? {} : { caller: { function: typenameOf(caller), id: caller.id } }),
    message: typedFields(argument),
  };
}

function invocationOf(fields: LineFields): Uint8Array {
  const caller = fields.has("caller") ? callerOf(fields.object("caller")) : undefined;
  return invocationBytes(
    caller === undefined ? undefined : addressBytes(caller),
    typedOf(fields.object("message")),
  );
}

function callerOf(fields: LineFields): FunctionAddress {
  const typename = fields.text("function");
  const id = fields.text("id");
  fields.done();
  const slash = typename.lastIndexOf("/");
  if (slash === -1) throw new LineProblem(`"caller.function" is no <namespace>/<name>`);
  return { namespace: typename.slice(0, slash), name: typename.slice(slash + 1), id };
}

/** A typed value with headers, or with fields that are unknown here, is written as it is. */
function typedFields(argument: Uint8Array): Fields {
  const { typename, bytes } = typedValueParts(argument);
  if (Buffer.compare(serializedTypedValue(typename, bytes), argument) === 0)
    return { typename, ...writableValue(typename, bytes) };
  return { typename, serialized: Buffer.from(argument).toString("base64") };
}

function typedOf(fields: LineFields): Uint8Array {
  const typename = fields.text("typename");
  if (fields.has("serialized")) {
    const serialized = base64Of(fields, "serialized");
    fields.done();
    return serialized;
  }
  const bytes = bytesOfFields(typename, fields);
  fields.done();
  return serializedTypedValue(typename, bytes);
}

function delayFields(key: string): Fields {
  return { dueMillis: records.delayDueMillis(key), delaySequence: records.delaySequence(key) };
}

function delayKeyOf(fields: LineFields): string {
  return records.delayKey(fields.whole("dueMillis"), fields.whole("delaySequence"));
}
