import protobuf, { type Reader, type Writer } from "protobufjs/minimal.js";
import type { Contestant } from "../measure.js";
import {
  addItemTypename,
  cartTypename,
  eventsTopic,
  eventText,
  intTypename,
  kafkaRecordTypename,
  namespace,
  type AddItem,
  type Cart,
  type FunctionName,
} from "../work/contract.js";

/** A tag of the wire: field number and wire type. */
const delimited = (field: number): number => (field << 3) | 2;

interface Batch {
  id: string;
  stateName: string;
  state: Uint8Array;
  /** The arguments, still encoded. */
  readonly invocations: Uint8Array[];
}

/**
 * The work on protobufjs's `Reader` and `Writer`, driven by hand as well as they allow: no objects for messages, views
 * instead of copies, effects written into the answer as they happen.
 */
export function readerWriter(name: FunctionName): Contestant {
  const respond =
    name === "cart" || name === "cart-zod"
      ? cart
      : (batch: Batch, result: Writer) => {
          count(batch, result, name === "relay");
        };
  return {
    name: "protobufjs Reader and Writer",
    answer(request) {
      const writer = protobuf.Writer.create();
      const result = writer.uint32(delimited(100)).fork();
      respond(readBatch(request), result);
      return result.ldelim().finish();
    },
  };
}

function count(batch: Batch, result: Writer, relay: boolean): void {
  let held = readInt(batch.state);
  for (const argument of batch.invocations) {
    held += readInt(argument);
    if (!relay) continue;
    const target = result.uint32(delimited(2)).fork().uint32(delimited(1)).fork();
    target.uint32(delimited(1)).string(namespace).uint32(delimited(2)).string("totals");
    target.uint32(delimited(3)).string(batch.id).ldelim();
    writeInt(target.uint32(delimited(2)), held).ldelim();
    const egress = result.uint32(delimited(4)).fork();
    egress.uint32(delimited(1)).string(namespace).uint32(delimited(2)).string("events");
    const box = egress.uint32(delimited(3)).fork();
    box.uint32(delimited(1)).string(kafkaRecordTypename).uint32(16).bool(true);
    const record = box.uint32(delimited(3)).fork();
    record.uint32(delimited(1)).string(batch.id);
    record.uint32(delimited(2)).string(eventText(held)); // a string and its UTF-8 bytes look the same on the wire
    record.uint32(delimited(3)).string(eventsTopic).ldelim();
    box.ldelim();
    egress.ldelim();
  }
  writeInt(openMutation(batch, result), held).ldelim();
}

function cart(batch: Batch, result: Writer): void {
  let held = readJson(batch.state, cartTypename) as Cart;
  for (const argument of batch.invocations) {
    const added = readJson(argument, addItemTypename) as AddItem;
    held = { ...held, n: held.n + 1, last: added.sku };
  }
  const box = openMutation(batch, result).fork();
  box.uint32(delimited(1)).string(cartTypename).uint32(16).bool(true);
  box.uint32(delimited(3)).string(JSON.stringify(held)).ldelim().ldelim();
}

/** Writes a mutation up to the tag of its value, and leaves the mutation open. */
function openMutation(batch: Batch, result: Writer): Writer {
  const mutation = result.uint32(delimited(1)).fork();
  return mutation.uint32(8).uint32(1).uint32(delimited(2)).string(batch.stateName).uint32(delimited(3));
}

function writeInt(writer: Writer, value: number): Writer {
  const box = writer.fork().uint32(delimited(1)).string(intTypename).uint32(16).bool(true);
  return box.uint32(delimited(3)).fork().uint32(13).sfixed32(value).ldelim().ldelim();
}

function readBatch(request: Uint8Array): Batch {
  const reader = protobuf.Reader.create(request);
  const batch: Batch = { id: "", stateName: "", state: new Uint8Array(0), invocations: [] };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag !== delimited(100)) {
      reader.skipType(tag & 7);
      continue;
    }
    for (const end = endOf(reader); reader.pos < end;) {
      const inner = reader.uint32();
      if (inner === delimited(1)) readTarget(reader, batch);
      else if (inner === delimited(2)) readState(reader, batch);
      else if (inner === delimited(3)) readInvocation(reader, batch);
      else reader.skipType(inner & 7);
    }
  }
  return batch;
}

function readTarget(reader: Reader, batch: Batch): void {
  for (const end = endOf(reader); reader.pos < end;) {
    const tag = reader.uint32();
    if (tag === delimited(3)) batch.id = reader.string();
    else reader.skipType(tag & 7);
  }
}

function readState(reader: Reader, batch: Batch): void {
  for (const end = endOf(reader); reader.pos < end;) {
    const tag = reader.uint32();
    if (tag === delimited(1)) batch.stateName = reader.string();
    else if (tag === delimited(2)) batch.state = reader.bytes();
    else reader.skipType(tag & 7);
  }
}

function readInvocation(reader: Reader, batch: Batch): void {
  for (const end = endOf(reader); reader.pos < end;) {
    const tag = reader.uint32();
    if (tag === delimited(2)) batch.invocations.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
}

/** Where the message that begins here ends. */
function endOf(reader: Reader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

function readInt(box: Uint8Array): number {
  const reader = protobuf.Reader.create(box);
  let typename = "";
  let hasValue = false;
  let value = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === delimited(1)) typename = reader.string();
    else if (tag === 16) hasValue = reader.bool();
    else if (tag === delimited(3)) value = readIntWrapper(reader);
    else reader.skipType(tag & 7);
  }
  if (typename !== intTypename || !hasValue) throw new Error("the request carries no int");
  return value;
}

function readIntWrapper(reader: Reader): number {
  let value = 0;
  for (const end = endOf(reader); reader.pos < end;) {
    const tag = reader.uint32();
    if (tag === 13) value = reader.sfixed32();
    else reader.skipType(tag & 7);
  }
  return value;
}

function readJson(box: Uint8Array, wanted: string): unknown {
  const reader = protobuf.Reader.create(box);
  let typename = "";
  let hasValue = false;
  let text = "";
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === delimited(1)) typename = reader.string();
    else if (tag === 16) hasValue = reader.bool();
    else if (tag === delimited(3))
      text = reader.string(); // bytes and a string look the same on the wire
    else reader.skipType(tag & 7);
  }
  if (typename !== wanted || !hasValue) throw new Error(`the request carries no ${wanted}`);
  return JSON.parse(text);
}
