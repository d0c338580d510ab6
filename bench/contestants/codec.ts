import {
  Argument,
  readRequest,
  readText,
  ResponseWriter,
  textFields,
  textFieldSize,
  textLength,
  typedValueHead,
  type InvocationView,
  type RequestView,
  type TypedValueView,
  type ValueForm,
} from "statefun/wire";
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
import { checkedCart, type CartSchema } from "../work/cart-schema.js";

/** What one batch does to its state, message by message. */
interface Run {
  step(invocation: InvocationView): void;
  /** Writes the state, once, whatever the size of the batch. */
  finish(): Uint8Array;
}

/**
 * The work on our codec alone, through `statefun/wire`: every name, state and message of the request is decoded and
 * checked, every effect is encoded, and there is no handler, context or storage. Nothing is awaited.
 */
export function codec(name: FunctionName): Contestant {
  return {
    name: "statefun/wire",
    answer(request) {
      const batch = batchOf(request);
      const run = runOf(name, batch);
      for (const invocation of batch.invocations) run.step(invocation);
      return run.finish();
    },
  };
}

/** As `codec`, with one promise made and awaited for each invocation: what `async` handlers cost whoever calls them. */
export function awaitingCodec(name: FunctionName): Contestant {
  return {
    name: "statefun/wire, awaiting",
    async answer(request) {
      const batch = batchOf(request);
      const run = runOf(name, batch);
      for (const invocation of batch.invocations) await step(run, invocation);
      return run.finish();
    },
  };
}

async function step(run: Run, invocation: InvocationView): Promise<void> {
  run.step(invocation);
}

function batchOf(request: Uint8Array): RequestView {
  // A Buffer is a class of its own, and code that has seen two classes of byte arrays is slower with both.
  const batch = readRequest(new Uint8Array(request.buffer, request.byteOffset, request.length));
  if (batch === undefined) throw new Error("the request has no target");
  return batch;
}

function runOf(name: FunctionName, batch: RequestView): Run {
  if (name === "counter") return new CounterRun(batch);
  if (name === "relay") return new RelayRun(batch);
  return new CartRun(batch, name === "cart-zod" ? checkedCart : undefined);
}

/** One batch is answered at a time, so one writer is enough for all. */
const out = new ResponseWriter();

class CounterRun implements Run {
  #count: number;

  constructor({ states }: RequestView) {
    this.#count = readInt(stateOf(states, "count"));
  }

  step(invocation: InvocationView): void {
    this.#count += readInt(invocation);
  }

  finish(): Uint8Array {
    out.modification(modifyCount, Argument.of(intForm, this.#count, undefined));
    return out.taken();
  }
}

class RelayRun implements Run {
  readonly #id: string;
  readonly #idLength: number;
  #count: number;

  constructor({ states, target }: RequestView) {
    this.#id = target.id;
    this.#idLength = textLength(target.id);
    this.#count = readInt(stateOf(states, "count"));
  }

  step(invocation: InvocationView): void {
    this.#count += readInt(invocation);
    out.message(totals, this.#id, this.#idLength, Argument.of(intForm, this.#count, undefined));
    const text = eventText(this.#count);
    const record = { key: this.#id, keyLength: this.#idLength, text, textLength: textLength(text) };
    out.egressRecord(events, Argument.of(recordForm, record, undefined));
  }

  finish(): Uint8Array {
    out.modification(modifyCount, Argument.of(intForm, this.#count, undefined));
    return out.taken();
  }
}

class CartRun implements Run {
  readonly #schema: CartSchema | undefined;
  #cart: Cart;

  constructor({ states }: RequestView, schema: CartSchema | undefined) {
    this.#schema = schema;
    const cart = readJson(stateOf(states, "cart"), cartTypename);
    this.#cart = schema === undefined ? (cart as Cart) : schema.parse(cart);
  }

  step(invocation: InvocationView): void {
    const { sku } = readJson(invocation, addItemTypename) as AddItem;
    const cart = { ...this.#cart, n: this.#cart.n + 1, last: sku };
    this.#cart = this.#schema === undefined ? cart : this.#schema.parse(cart);
  }

  finish(): Uint8Array {
    out.modification(modifyCart, Argument.of(cartForm, JSON.stringify(this.#cart), undefined));
    return out.taken();
  }
}

const intForm: ValueForm<number> = {
  head: typedValueHead(intTypename),
  size: (value) => (value === 0 ? 0 : 5),
  write(value, to) {
    to.byte(0x0d);
    to.fixed32(value);
  },
};

const cartForm: ValueForm<string> = {
  head: typedValueHead(cartTypename),
  size: (text) => textLength(text),
  write(text, to, size) {
    to.text(text, size);
  },
};

interface KafkaRecord {
  readonly key: string;
  readonly keyLength: number;
  readonly text: string;
  readonly textLength: number;
}

const topic = textFields([0x1a, eventsTopic]);

const recordForm: ValueForm<KafkaRecord> = {
  head: typedValueHead(kafkaRecordTypename),
  size: ({ keyLength, textLength: length }) =>
    textFieldSize(keyLength) + textFieldSize(length) + topic.length,
  write({ key, keyLength, text, textLength: length }, to) {
    to.textField(0x0a, key, keyLength);
    to.textField(0x12, text, length);
    to.copy(topic);
  },
};

// What is the same in every answer: the targets of messages and records, and the head of a mutation that modifies.
const totals = textFields([0x0a, namespace], [0x12, "totals"]);
const events = textFields([0x0a, namespace], [0x12, "events"]);
const modifyCount = modify("count");
const modifyCart = modify("cart");

function modify(name: string): Uint8Array {
  return Uint8Array.of(0x08, 1, ...textFields([0x12, name]));
}

function stateOf(states: RequestView["states"], name: string): TypedValueView {
  for (const state of states) if (state.name === name) return state;
  throw new Error(`the request carries no state ${name}`);
}

function readInt({ bytes, typename, hasValue, valueStart, valueEnd }: TypedValueView): number {
  if (typename !== intTypename || !hasValue) throw new Error("the request carries no int");
  if (valueStart === valueEnd) return 0;
  if (valueEnd - valueStart !== 5 || bytes[valueStart] !== 0x0d)
    throw new Error("the request carries no plain int");
  return (
    (bytes[valueStart + 1] ?? 0) |
    ((bytes[valueStart + 2] ?? 0) << 8) |
    ((bytes[valueStart + 3] ?? 0) << 16) |
    ((bytes[valueStart + 4] ?? 0) << 24)
  );
}

function readJson(
  { bytes, typename, hasValue, valueStart, valueEnd }: TypedValueView,
  wanted: string,
): unknown {
  if (typename !== wanted || !hasValue) throw new Error(`the request carries no ${wanted}`);
  const text = readText(bytes, valueStart, valueEnd);
  if (text === undefined) throw new Error(`the ${wanted} of the request is not UTF-8`);
  return JSON.parse(text);
}
