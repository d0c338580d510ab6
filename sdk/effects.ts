import type { Address } from "./address.js";
import { targetFields } from "./address-fields.js";
import type { SendAfterOptions, SendOptions } from "./context.js";
import type { Duration } from "./duration.js";
import { durationMillis } from "./duration.js";
import type { RecordSink } from "./egress/egress.js";
import { egressWriter } from "./egress/egress.js";
import type { WrittenAs } from "./egress/record-value.js";
import { StateFunError } from "./errors.js";
import type { Headers } from "./headers.js";
import { checkedHeaders } from "./headers.js";
import { quoted } from "./quoted.js";
import { Codec, describeValue, isBytes } from "./values/codec.js";
import type { Message } from "./values/message.js";
import { ReceivedMessage } from "./values/message.js";
import type { TypedValue } from "./values/typed-value.js";
import { originOf } from "./values/typed-value.js";
import { Argument, ResponseWriter } from "./wire/response.js";
import { checkedTextLength, recurringTextLength } from "./wire/text.js";
import type { ValueForm } from "./wire/value-form.js";
import { typedValueHead } from "./wire/value-form.js";
import { textFields } from "./wire/writer.js";

/** Told of each message and record with the codec that wrote it, in the order of the lists; for tests. */
export interface EffectsTrace {
  message(codec: Codec<unknown> | undefined): void;
  delayed(codec: Codec<unknown> | undefined): void;
  egress(writtenAs: WrittenAs | undefined): void;
}

/** Writers that no batch uses at the moment; as many as batches commonly run at the same time. */
const spareWriters: ResponseWriter[] = [];
const mostSpareWriters = 64;

/** A writer that grew beyond this many bytes is not kept: one large batch must not hold memory for ever. */
const largestSpareWriter = 1024 * 1024;

/** What one batch wants to happen, encoded as it is said. */
export class Effects implements RecordSink {
  #writer: ResponseWriter | undefined;
  #pendingTokens: Set<string> | undefined;
  readonly #trace: EffectsTrace | undefined;

  constructor(trace: EffectsTrace | undefined) {
    this.#trace = trace;
  }

  /** The writer of this batch. */
  get writer(): ResponseWriter {
    return (this.#writer ??= spareWriters.pop() ?? new ResponseWriter());
  }

  send(target: unknown, message: unknown, options: SendOptions | undefined): void {
    const writeRecord = typeof target === "object" && target !== null ? egressWriter(target) : undefined;
    if (writeRecord !== undefined) {
      writeRecord(this, message, options === undefined ? undefined : options.headers);
      return;
    }
    const id = addressId(target);
    const fields = targetFields(target as Address);
    // The argument comes before the writer: staging runs code of the author's, which may end the batch.
    const argument = argumentOf(message, options?.headers);
    this.writer.message(fields, id, recurringTextLength(id), argument);
    if (this.#trace !== undefined) this.#trace.message(codecIn(argument));
  }

  sendAfter(delay: Duration, target: Address, message: unknown, options: SendAfterOptions | undefined): void {
    const delayMillis = durationMillis(delay, "delay of a message");
    const id = addressId(target);
    const token = options?.cancellationToken;
    if (token !== undefined) this.#checkToken(token);
    const fields = targetFields(target);
    const argument = argumentOf(message, options?.headers);
    this.writer.delayedMessage(fields, id, recurringTextLength(id), argument, {
      delayMillis,
      token: token ?? "",
    });
    if (token !== undefined) (this.#pendingTokens ??= new Set()).add(token);
    this.#trace?.delayed(codecIn(argument));
  }

  cancelDelayedMessage(token: string): void {
    checkTokenText(token);
    this.writer.cancellation(token);
    this.#pendingTokens?.delete(token);
  }

  /** Adds a record that is written by its egress's own form. */
  egressRecord<S>(fields: Uint8Array, form: ValueForm<S>, staged: S, valueWrittenAs: WrittenAs): void {
    const argument = Argument.of(form, staged, undefined);
    this.writer.egressRecord(fields, argument);
    if (this.#trace !== undefined) this.#trace.egress(valueWrittenAs);
  }

  /** Adds a message that a generic egress carries as it is. */
  egressMessage(fields: Uint8Array, message: unknown, headers: Headers | undefined): void {
    const argument = argumentOf(message, headers);
    this.writer.egressRecord(fields, argument);
    this.#trace?.egress(codecIn(argument));
  }

  /** The finished answer. */
  taken(): Uint8Array {
    const answer = this.#writer === undefined ? noEffects() : this.#writer.taken();
    this.release();
    return answer;
  }

  /** Gives the writer back; nothing of what was written leaves. */
  release(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    if (spareWriters.length >= mostSpareWriters || writer.capacity > largestSpareWriter) return;
    writer.clear();
    spareWriters.push(writer);
  }

  #checkToken(token: string): void {
    checkTokenText(token);
    if (this.#pendingTokens?.has(token) !== true) return;
    throw new StateFunError(
      "invalid-argument",
      `the cancellation token ${JSON.stringify(token)} names a delayed message of this batch already; a second pending one fails the job: cancel the first, or use another token`,
    );
  }
}

/** Measures a message: a typed value, a received message, or one put together by hand. */
function argumentOf(message: unknown, givenHeaders: Headers | undefined): Argument {
  const headers = givenHeaders === undefined ? undefined : checkedHeaders(givenHeaders);
  if (typeof message !== "object" || message === null) throw notAMessage(message);
  const codec = originOf(message) as Codec<unknown> | undefined;
  if (codec !== undefined) return Argument.of(codec, codec.stage((message as TypedValue).value), headers);
  const received = headers === undefined ? ReceivedMessage.serialized(message) : undefined;
  if (received !== undefined) return Argument.copied(received);
  const { typename, hasValue, bytes } = message as Partial<Message>;
  if (typeof typename !== "string" || typeof hasValue !== "boolean" || !isBytes(bytes))
    throw notAMessage(message);
  return Argument.of(
    hasValue ? opaqueForm(typename) : emptyForm(typename),
    hasValue ? bytes : noBytes,
    headers,
  );
}

/** The codec that an argument was staged by, if a type of ours made it. */
function codecIn({ form }: Argument): Codec<unknown> | undefined {
  return form instanceof Codec ? (form as Codec<unknown>) : undefined;
}

const noBytes = new Uint8Array(0);

/** The answer of a batch without effects, fresh each time because whoever gets it may write to it. */
function noEffects(): Uint8Array {
  return Uint8Array.of(0xa2, 0x06, 0);
}

/** The id of an address, checked. Throws `invalid-argument` if `target` is not an address. */
function addressId(target: unknown): string {
  const id: unknown =
    typeof target === "object" && target !== null ? (target as Partial<Address>).id : undefined;
  if (typeof id !== "string") throw notAnAddress(target);
  if (recurringTextLength(id) !== -1) return id;
  const typename = describeValue((target as Address).typename);
  throw new StateFunError(
    "invalid-argument",
    `the id of the target ${typename} holds half of a surrogate pair, which UTF-8 cannot carry`,
  );
}

function notAnAddress(target: unknown): StateFunError {
  const isObject = typeof target === "object" && target !== null;
  const typename: unknown = isObject ? (target as Partial<Address>).typename : undefined;
  const what = typeof typename === "string" ? quoted(typename) : describeValue(target);
  return new StateFunError(
    "invalid-argument",
    isObject && egressWriter(target) !== undefined
      ? `${what} is an egress, which takes no delayed messages: send yourself a message, and the record when it arrives`
      : `the target of a message is ${what} without an id: pass first an address such as Cart.address("alice"), then the message`,
  );
}

/** What stands before an opaque value: made each time, since such typenames come from outside. */
function opaqueForm(typename: string): ValueForm<Uint8Array> {
  return {
    head: typedValueHead(typename),
    size: (bytes) => bytes.length,
    write: (bytes, out) => {
      out.copy(bytes);
    },
  };
}

/** A typed value without a value. */
function emptyForm(typename: string): ValueForm<Uint8Array> {
  return { ...opaqueForm(typename), head: textFields([0x0a, typename]) };
}

function notAMessage(message: unknown): StateFunError {
  return new StateFunError(
    "invalid-argument",
    `what was sent is ${describeValue(message)}, which no type made: send Greet({…}), types.int(7) or a received message`,
  );
}

function checkTokenText(token: unknown): void {
  if (typeof token === "string" && token !== "" && checkedTextLength(token) !== -1) return;
  throw new StateFunError(
    "invalid-argument",
    `the cancellation token is ${token === "" ? "empty, which fails the job" : describeValue(token)}: give it text of its own`,
  );
}
