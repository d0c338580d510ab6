import type { Limits } from "./limits.js";
import type { Mail, Mailbox } from "./mailbox.js";

/** Beside its message, what one waiting mail costs in memory, roughly. */
const mailOverheadBytes = 150;

/**
 * How much is under way, and whether ingresses have to pause for it.
 *
 * Source: the two thresholds of Apache's runtime, `statefun.async.max-per-task` and `maxNumBatchRequests`; the bound on
 * memory is our own.
 */
export class Load {
  /** Calls under way. */
  calls = 0;
  #blocked = 0;
  #mailBytes = 0;
  #quarantinedBytes = 0;
  readonly #limits: Limits;

  /** Nothing is under way. */
  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Whether ingresses must pause. */
  get tooMuch(): boolean {
    const { maxCalls, maxMailBytes } = this.#limits;
    if ((maxCalls > 0 && this.calls >= maxCalls) || this.#blocked > 0) return true;
    return this.#mailBytes >= maxMailBytes || this.quarantineIsFull;
  }

  /** What the messages of addresses that are set aside take. They do not count among those that are worked on. */
  get quarantinedBytes(): number {
    return this.#quarantinedBytes;
  }

  /** Whether those messages alone make ingresses pause. */
  get quarantineIsFull(): boolean {
    return this.#quarantinedBytes >= this.#limits.maxQuarantinedMailBytes;
  }

  /** A message waits at an address. */
  add(mail: Mail, { quarantined }: Mailbox): void {
    if (quarantined === undefined) this.#mailBytes += bytesOf(mail);
    else this.#quarantinedBytes += bytesOf(mail);
  }

  /** A message is done with, of an address that is not set aside. */
  remove(mail: Mail): void {
    this.#mailBytes -= bytesOf(mail);
  }

  /** An address is set aside, with its messages. */
  parked(mailbox: Mailbox): void {
    const bytes = bytesWaiting(mailbox);
    this.#mailBytes -= bytes;
    this.#quarantinedBytes += bytes;
  }

  /** An address is not set aside any more. */
  released(mailbox: Mailbox): void {
    const bytes = bytesWaiting(mailbox);
    this.#mailBytes += bytes;
    this.#quarantinedBytes -= bytes;
  }

  /** The backlog of an address has grown: notes if it has reached its limit. */
  grown(mailbox: Mailbox): void {
    const limit = mailbox.type.endpoint?.maxNumBatchRequests ?? 0;
    if (mailbox.blocked || limit <= 0 || mailbox.backlog.length < limit) return;
    if (mailbox.quarantined !== undefined) return;
    mailbox.blocked = true;
    mailbox.type.counters.numBlockedAddress++;
    this.#blocked++;
  }

  /** A batch of the address is done with, or nobody will ask for it: it does not hold up ingresses any more. */
  relieved(mailbox: Mailbox): void {
    if (!mailbox.blocked) return;
    mailbox.blocked = false;
    mailbox.type.counters.numBlockedAddress--;
    this.#blocked--;
  }
}

function bytesOf({ invocation }: Mail): number {
  return invocation.length + mailOverheadBytes;
}

function bytesWaiting({ batch = [], backlog }: Mailbox): number {
  let bytes = 0;
  for (const mail of batch) bytes += bytesOf(mail);
  for (const mail of backlog) bytes += bytesOf(mail);
  return bytes;
}
