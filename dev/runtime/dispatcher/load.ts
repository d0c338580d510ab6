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
  readonly #limits: Limits;

  /** Nothing is under way. */
  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Whether ingresses must pause. */
  get tooMuch(): boolean {
    const { maxCalls, maxMailBytes } = this.#limits;
    return (maxCalls > 0 && this.calls >= maxCalls) || this.#blocked > 0 || this.#mailBytes >= maxMailBytes;
  }

  /** A message waits. */
  add({ invocation }: Pick<Mail, "invocation">): void {
    this.#mailBytes += invocation.length + mailOverheadBytes;
  }

  /** A message is done with. */
  remove({ invocation }: Pick<Mail, "invocation">): void {
    this.#mailBytes -= invocation.length + mailOverheadBytes;
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
