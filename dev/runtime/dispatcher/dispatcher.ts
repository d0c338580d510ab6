import { performance } from "node:perf_hooks";
import type { WireResponse } from "statefun/wire";
import { addressText, typenameOf } from "../address.js";
import type { Clock } from "../clock.js";
import type { Counters } from "../counters.js";
import type { JournalListener } from "../journal-entry.js";
import type { DelayRecord } from "../records/records.js";
import { RuntimeError } from "../runtime-error.js";
import { applyReply, sendMessages } from "./apply-reply.js";
import { checkReply } from "./check-reply.js";
import type { Delays } from "./delays.js";
import { Fifo } from "../fifo.js";
import type { FunctionType, Mail, ReplyListener } from "./mailbox.js";
import type { FunctionTypes } from "./function-types.js";
import type { Limits } from "./limits.js";
import { Load } from "./load.js";
import { Mailbox } from "./mailbox.js";
import type { Outbox } from "./outbox.js";
import { Quarantine } from "./quarantine.js";
import { registerStates } from "./register-states.js";
import { requestBytes } from "./request.js";
import { States } from "./states.js";
import type { Tables } from "./tables.js";

/**
 * The most replies, and their effects, applied before the thread is let go: some ten milliseconds of work, in which all
 * that an ingress admits at once goes through a few hops. A commit in between would write what is on its way.
 */
const mostRepliesAtOnce = 2500;
const mostEffectsAtOnce = 25_000;

/** What a {@link Dispatcher} works with. */
export interface DispatcherParts {
  readonly tables: Tables;
  readonly types: FunctionTypes;
  readonly delays: Delays;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly limits: Limits;
  readonly journal: JournalListener;
  /** A number from 0 (included) to 1 (excluded), to choose who comes next; in the order of arrival if left out. */
  readonly random: (() => number) | undefined;
  /** A function has registered states of its type. */
  readonly registered: (type: FunctionType) => void;
  /** A turn has ended: something may have to be committed, and ingresses may go on. */
  readonly turnEnded: () => void;
  /** Something fatal happened, while the batch of `mailbox` was the one at work. */
  readonly failed: (error: RuntimeError, mailbox: Mailbox) => void;
}

/**
 * The loop: gives messages to mailboxes, calls functions with one batch an address, applies their replies.
 *
 * Source: RequestReplyFunction.java, protocol.md section 3.
 */
export class Dispatcher implements ReplyListener {
  readonly states: States;
  readonly load: Load;
  readonly #quarantine: Quarantine;
  readonly #parts: DispatcherParts;
  readonly #ready = new Fifo<Mailbox>();
  readonly #replies = new Fifo<Mailbox>();
  #turn = false;
  #later: NodeJS.Immediate | undefined;
  #stopped = false;
  #batches = 0;

  /** Nothing happens before {@link restore} or {@link deliver}. */
  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.states = new States(parts.tables, parts.clock, parts.limits.cacheBytes);
    this.load = new Load(parts.limits);
    this.#quarantine = new Quarantine(parts, this.load);
  }

  /** Whether there is nothing to do but wait: for the clock, for calls under way. */
  get settled(): boolean {
    return this.#ready.size === 0 && this.#replies.size === 0 && !this.#turn;
  }

  /** Takes in the messages that the store has from before; batches that were in flight are sent again as they were. */
  restore(): void {
    const { tables, types, counters } = this.#parts;
    for (const [sequence, record] of tables.mail.committed()) {
      const mailbox = this.#mailbox(types.numbered(record.type), record.id);
      const mail = { ...record, sequence };
      mailbox.backlog.push(mail);
      this.load.add(mail, mailbox);
      counters.mailWaiting++;
    }
    for (const type of types.all) for (const mailbox of type.mailboxes.values()) this.#restoreBatch(mailbox);
    this.run();
  }

  #restoreBatch(mailbox: Mailbox): void {
    const { tables } = this.#parts;
    const { backlog, type } = mailbox;
    const last = tables.batches.get(mailbox.key) ?? backlog[0]?.sequence ?? 0;
    const size = backlog.filter(({ sequence }) => sequence <= last).length;
    mailbox.batch = backlog.splice(0, size);
    type.counters.numBacklog += backlog.length;
    const record = tables.quarantine.get(mailbox.key);
    if (record === undefined) {
      this.load.grown(mailbox);
      this.#start(mailbox);
      return;
    }
    this.#quarantine.restore(mailbox, record);
  }

  /** Stops at once: calls under way are given up. What was applied before stays. */
  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#later);
    const { types } = this.#parts;
    for (const type of types.all) {
      for (const mailbox of type.mailboxes.values()) mailbox.call?.abort();
      type.counters.inflightAsyncOps = 0;
      type.counters.numBacklog = 0;
      type.counters.numBlockedAddress = 0;
      type.counters.quarantined = 0;
    }
    this.#parts.counters.mailWaiting = 0;
    this.#parts.counters.quarantinedMailBytes = 0;
  }

  /** Puts a message into a mailbox: it is the next batch if the address is idle, and waits otherwise. */
  deliver(type: FunctionType, id: string, invocation: Uint8Array): Mailbox {
    const { tables, counters } = this.#parts;
    const mailbox = this.#mailbox(type, id);
    // The id of the mailbox, and not another text of the same: many messages may wait.
    const mail: Mail = { sequence: tables.nextSequence(), type: type.number, id: mailbox.id, invocation };
    tables.mail.put(mail.sequence, mail);
    this.load.add(mail, mailbox);
    type.counters.in++;
    counters.mailWaiting++;
    if (mailbox.batch === undefined) {
      mailbox.batch = [mail];
      this.#start(mailbox);
      return mailbox;
    }
    mailbox.backlog.push(mail);
    type.counters.numBacklog++;
    if (mailbox.quarantined === undefined) this.load.grown(mailbox);
    else this.#quarantine.look();
    return mailbox;
  }

  /** A delayed message has come due. */
  elapsed(record: DelayRecord): void {
    const { types, counters, journal } = this.#parts;
    const from = types.numbered(record.fromType);
    const to = types.numbered(record.toType);
    counters.produced++;
    journal({
      kind: "delay-elapsed",
      from: { namespace: from.namespace, name: from.name, id: record.fromId },
      to: { namespace: to.namespace, name: to.name, id: record.toId },
    });
    this.deliver(to, record.toId, record.invocation);
  }

  /** Works until nothing is left to do, or the thread has to be let go. */
  run(): void {
    if (this.#turn || this.#stopped) return;
    this.#turn = true;
    clearImmediate(this.#later);
    this.#later = undefined;
    try {
      this.#work();
    } finally {
      this.#turn = false;
    }
    this.#parts.turnEnded();
  }

  #work(): void {
    let replies = 0;
    const { tables } = this.#parts;
    const first = tables.unusedSequence;
    while (!this.#isStopped()) {
      const mailbox = this.#nextReady();
      if (mailbox !== undefined) {
        this.#send(mailbox);
        continue;
      }
      if (replies === mostRepliesAtOnce || tables.unusedSequence - first > mostEffectsAtOnce) {
        this.#later = setImmediate(() => {
          this.run();
        });
        return;
      }
      const replied = this.#replies.shift();
      if (replied === undefined) return;
      replies++;
      this.#take(replied);
    }
  }

  /** Takes up an address that was set aside: its batch is sent again, or dropped and the backlog sent. */
  release(mailbox: Mailbox, what: "retried" | "dropped"): void {
    if (!this.#quarantine.release(mailbox, what)) return;
    if (what === "retried") {
      this.load.grown(mailbox);
      this.#start(mailbox);
    } else this.#nextBatch(mailbox);
    this.run();
  }

  /** Sets an address aside: its batch and whatever comes stay in its mailbox until somebody decides. */
  park(mailbox: Mailbox, error: RuntimeError): void {
    this.#quarantine.park(mailbox, error);
  }

  // Private access through a method: the compiler would otherwise hold the field for unchanged within the loop.
  #isStopped(): boolean {
    return this.#stopped;
  }

  #mailbox(type: FunctionType, id: string): Mailbox {
    let mailbox = type.mailboxes.get(id);
    if (mailbox === undefined) type.mailboxes.set(id, (mailbox = new Mailbox(type, id, this)));
    return mailbox;
  }

  #nextReady(): Mailbox | undefined {
    const { random } = this.#parts;
    if (random === undefined || this.#ready.size < 2) return this.#ready.shift();
    return this.#ready.take(Math.floor(random() * this.#ready.size));
  }

  /** The batch of the mailbox is complete: it is sent in its turn, or when the first reply of its type is there. */
  #start(mailbox: Mailbox): void {
    const { type } = mailbox;
    if (type.opening === "asking") {
      type.waiting.push(mailbox);
      return;
    }
    if (type.opening === "closed") type.opening = "asking";
    this.#ready.push(mailbox);
  }

  #send(mailbox: Mailbox): void {
    const { type, address } = mailbox;
    try {
      type.transport ??= endpointOf(mailbox).transportFor(type);
      mailbox.batchNumber = ++this.#batches;
      const request = requestBytes(mailbox, this.states.forRequest(mailbox));
      this.#parts.journal({
        kind: "request",
        batch: mailbox.batchNumber,
        address,
        invocations: mailbox.batch?.length ?? 0,
        request,
      });
      this.load.calls++;
      type.counters.inflightAsyncOps++;
      mailbox.sentAt = performance.now();
      mailbox.call = type.transport.call(address, request, mailbox);
    } catch (error) {
      this.#fail(mailbox, error);
    }
  }

  /** Something has become of the call of a mailbox. */
  replied(mailbox: Mailbox): void {
    if (this.#stopped) return;
    this.#replies.push(mailbox);
    this.run();
  }

  #take(mailbox: Mailbox): void {
    const { reply } = mailbox;
    mailbox.reply = undefined;
    mailbox.call = undefined;
    this.load.calls--;
    mailbox.type.counters.inflightAsyncOps--;
    if (reply instanceof RuntimeError) this.#fail(mailbox, reply);
    else if (reply !== undefined) this.#apply(mailbox, reply);
  }

  #apply(mailbox: Mailbox, response: WireResponse): void {
    const { journal, types } = this.#parts;
    const { type } = mailbox;
    try {
      if (response.kind === "incomplete") {
        if (registerStates(mailbox, response.missing)) types.save(type);
        this.#parts.registered(type);
        this.#ready.push(mailbox);
      } else {
        const checked = checkReply(mailbox, response, this.#parts);
        applyReply(mailbox, response, checked, this.#parts, this);
        type.counters.in++;
        this.#nextBatch(mailbox);
        sendMessages(mailbox, response, checked, this.#parts, this);
      }
    } catch (error) {
      this.#fail(mailbox, error);
      return;
    }
    this.#open(type);
    journal({
      kind: "reply",
      batch: mailbox.batchNumber,
      address: mailbox.address,
      millis: performance.now() - mailbox.sentAt,
      response,
    });
  }

  /** The batch is done with: the whole backlog is the next one, or the address is idle. */
  #nextBatch(mailbox: Mailbox): void {
    const { tables, counters } = this.#parts;
    const { type, backlog } = mailbox;
    const done = mailbox.batch ?? [];
    for (const mail of done) {
      tables.mail.remove(mail.sequence);
      this.load.remove(mail);
    }
    counters.mailWaiting -= done.length;
    if (done.length > 1) tables.batches.remove(mailbox.key);
    this.load.relieved(mailbox);
    const last = backlog.at(-1);
    if (last === undefined) {
      mailbox.batch = undefined;
      type.mailboxes.delete(mailbox.id);
      return;
    }
    type.counters.numBacklog -= backlog.length;
    if (backlog.length > 1) tables.batches.put(mailbox.key, last.sequence);
    mailbox.batch = backlog;
    mailbox.backlog = [];
    this.#start(mailbox);
  }

  /** The first reply of a type is there: the others may be sent. */
  #open(type: FunctionType): void {
    if (type.opening === "open") return;
    type.opening = "open";
    for (const mailbox of type.waiting.splice(0)) this.#ready.push(mailbox);
  }

  #fail(mailbox: Mailbox, cause: unknown): void {
    const error =
      cause instanceof RuntimeError
        ? cause
        : new RuntimeError("call-failed", `${addressText(mailbox)} could not be called: ${String(cause)}`, {
            cause,
            address: mailbox.address,
          });
    const { type } = mailbox;
    if (type.opening === "asking") {
      type.opening = "closed"; // the next one asks
      for (const other of type.waiting.splice(0)) this.#start(other);
    }
    this.#parts.failed(error, mailbox);
  }
}

function endpointOf({ type }: Mailbox): NonNullable<FunctionType["endpoint"]> {
  if (type.endpoint !== undefined) return type.endpoint;
  const what = `a message waits for ${typenameOf(type)}, which no endpoint of the module serves`;
  throw new RuntimeError("unknown-function", `${what}; add an endpoint for it, or correct the typename`);
}
