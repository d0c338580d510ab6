import type { WireResponse } from "statefun/wire";
import type { FunctionAddress } from "../address.js";
import type { MailRecord } from "../records/records.js";
import { addressKey } from "../records/records.js";
import type { RuntimeError } from "../runtime-error.js";
import type { Call, CallOutcome } from "../transport/transport.js";
import type { FunctionTypeOf } from "./function-type.js";
import { addressBytes } from "./wire-parts.js";

/** A function type, with the mailboxes of its addresses. */
export type FunctionType = FunctionTypeOf<Mailbox>;

/** A message that waits or is being processed; what the store keeps of it is the record. */
export interface Mail extends MailRecord {
  /** Ascends in the order of arrival, over all addresses. */
  readonly sequence: number;
}

/** Why an address is set aside. */
export interface Quarantined {
  readonly sinceMillis: number;
  /** The error of this run; after a restart only what the store kept of it. */
  readonly error: RuntimeError | undefined;
  readonly code: string;
  readonly message: string;
}

/** Takes the outcomes of calls, in the order in which they came. */
export interface ReplyListener {
  replied(mailbox: Mailbox): void;
}

/** One address that has something to do: the batch in flight, and the messages that wait behind it. */
export class Mailbox implements FunctionAddress, CallOutcome {
  readonly type: FunctionType;
  readonly namespace: string;
  readonly name: string;
  readonly id: string;
  /** The same without what is under way, to be kept by whoever likes. */
  readonly address: FunctionAddress;
  /** The key of the address in the store. */
  readonly key: string;
  /** The messages being processed; none while the address is idle. */
  batch: readonly Mail[] | undefined = undefined;
  /** What has arrived since, in order. */
  backlog: Mail[] = [];
  /** Whether the backlog has reached the limit from which on ingresses pause. */
  blocked = false;
  quarantined: Quarantined | undefined = undefined;
  /** The call of the batch in flight; none while it waits for its turn. */
  call: Call | undefined = undefined;
  /** What became of that call, until it is applied. */
  reply: WireResponse | RuntimeError | undefined = undefined;
  /** The number of the batch in the journal. */
  batchNumber = 0;
  /** When the call began; milliseconds of a clock that only measures. */
  sentAt = 0;
  readonly #listener: ReplyListener;
  #bytes: Uint8Array | undefined;

  /** An idle address; `listener` hears of its replies. */
  constructor(type: FunctionType, id: string, listener: ReplyListener) {
    const { namespace, name } = type;
    this.type = type;
    this.namespace = namespace;
    this.name = name;
    this.id = id;
    this.address = { namespace, name, id };
    this.#listener = listener;
    this.key = addressKey(type.number, id);
  }

  succeeded(response: WireResponse): void {
    this.reply = response;
    this.#listener.replied(this);
  }

  failed(error: RuntimeError): void {
    this.reply = error;
    this.#listener.replied(this);
  }

  /** The serialized `Address`. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= addressBytes(this));
  }
}
