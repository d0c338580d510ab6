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
import type { Codec } from "./values/codec.js";
import { describeValue, isBytes } from "./values/codec.js";
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
  #codec: Codec<unknown> | undefined;
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
    const idLength = addressIdLength(target);
    const fields = targetFields(target as Address);
    const argument = this.#argument(message, options?.headers);
    this.writer.message(fields, (target as Address).id, idLength, argument);
    if (this.#trace !== undefined) this.#trace.message(this.#codec);
  }

  sendAfter(delay: Duration, target: Address, message: unknown, options: SendAfterOptions | undefined): void {
    const delayMillis = durationMillis(delay, "delay of a message");
    const idLength = addressIdLength(target);
    const token = options?.cancellationToken;
    if (token !== undefined) this.#checkToken(token);
    const fields = targetFields(target);
    const argument = this.#argument(message, options?.headers);
    this.writer.delayedMessage(fields, target.id, idLength, argument, { delayMillis, token: token ?? "" });
    if (token !== undefined) (this.#pendingTokens ??= new Set()).add(token);
    this.#trace?.delayed(this.#codec);
  }

  cancelDelayedMessage(token: string): void {
    checkTokenText(token);
    this.writer.cancellation(token);
    this.#pendingTokens?.delete(token);
  }

  /** Adds a record that is written by its egress's own form. */
  egressRecord<S>(fields: Uint8Array, form: ValueForm<S>, staged: S, valueWrittenAs: WrittenAs): void {
    this.writer.egressRecord(fields, Argument.of(form, staged, undefined));
    if (this.#trace !== undefined) this.#trace.egress(valueWrittenAs);
  }

  /** Adds a message that a generic egress carries as it is. */
  egressMessage(fields: Uint8Array, message: unknown, headers: Headers | undefined): void {
    this.writer.egressRecord(fields, this.#argument(message, headers));
    this.#trace?.egress(this.#codec);
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

  /** Measures a message: a typed value, a received message, or one put together by hand. */
  #argument(message: unknown, givenHeaders: Headers | undefined): Argument {
    const headers = givenHeaders === undefined ? undefined : checkedHeaders(givenHeaders);
    if (typeof message !== "object" || message === null) throw notAMessage(message);
    const codec = originOf(message) as Codec<unknown> | undefined;
    if (this.#trace !== undefined) this.#codec = codec;
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

  #checkToken(token: string): void {
    checkTokenText(token);
    if (this.#pendingTokens?.has(token) !== true) return;
    throw new StateFunError(
      "invalid-argument",
      `the cancellation token ${JSON.stringify(token)} names a delayed message of this batch already; a second pending one fails the job: cancel the first, or use another token`,
    );
  }
}

const noBytes = new Uint8Array(0);

/** The answer of a batch without effects, fresh each time because whoever gets it may write to it. */
function noEffects(): Uint8Array {
  return Uint8Array.of(0xa2, 0x06, 0);
}

/** The length of an address's id in bytes. Throws `invalid-argument` if `target` is not an address. */
function addressIdLength(target: unknown): number {
  const id: unknown =
    typeof target === "object" && target !== null ? (target as Partial<Address>).id : undefined;
  if (typeof id === "string") {
    const length = recurringTextLength(id);
    if (length !== -1) return length;
  }
  if (typeof target === "object" && target !== null && egressWriter(target) !== undefined) {
    const { typename } = target as Address;
    throw new StateFunError(
      "invalid-argument",
      `${typename} is an egress, which takes no delayed messages: send yourself a message, and the record when it arrives`,
      { typename },
    );
  }
  throw new StateFunError(
    "invalid-argument",
    `the target of a message is ${describeValue(target)}${id === undefined ? " without an id" : " whose id is not text"}: pass an address such as Cart.address("alice")`,
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
