import { randomBytes } from "node:crypto";
import type { WireResponse } from "statefun/wire";
import type { FunctionAddress } from "./address.js";
import type { Clock } from "./clock.js";
import type { JournalEntry, JournalListener } from "./journal-entry.js";
import { Ring } from "./ring.js";

/**
 * Entries that a journal keeps by default: some minutes of a person's work. All of them survive each collection of
 * young garbage, so many more would cost a busy runtime more than telling what happened is worth.
 */
export const defaultJournalEntries = 4_096;

/** The most bytes of requests and replies that are kept by default: little beside the memory of the process. */
export const defaultJournalBytes = 64 * 2 ** 20;

/** Records that are kept of each egress by default: what a person scrolls through. */
export const defaultRecordsPerEgress = 100;

/** The most bytes of the records that are kept of one egress: a hundred records of 80 kB each. */
const maxRecordBytesPerEgress = 8 * 2 ** 20;

/** Bytes that an entry takes beside those it refers to, roughly: objects, lists and views. */
const bytesPerEntry = 256;

/** Bytes that a view on a part of a reply takes, roughly. */
const bytesPerView = 160;

/** Bytes of what tells journals apart: those that one reader ever meets are few. */
const runBytes = 5;

/** How much a {@link Journal} keeps. */
export interface JournalLimits {
  /** The most entries; at least 1. */
  readonly maxEntries?: number | undefined;
  /** The most bytes of requests, replies and records; the newest entry is kept whatever its size. */
  readonly maxBytes?: number | undefined;
  /** The last records of each egress that are kept beside the entries; at least 1. */
  readonly recordsPerEgress?: number | undefined;
}

/** An entry and when it was told. */
export interface StoredEntry {
  /** Numbers the entries of one journal: 1, 2, 3 … */
  readonly number: number;
  /** On the clock of the runtime. */
  readonly atMillis: number;
  readonly entry: JournalEntry;
}

/** A record that left through an egress. */
export interface DeliveredRecord {
  readonly sequence: number;
  readonly atMillis: number;
  /** A serialized `TypedValue`. */
  readonly argument: Uint8Array;
}

type DeliveredEntry = Extract<JournalEntry, { readonly kind: "delivered" }>;

/** Which entries are wanted. */
export interface JournalQuery {
  /** Only entries behind this number; 0 for all. */
  readonly after: number;
  /** The most entries. */
  readonly limit: number;
  /** Whether the newest entries are wanted, rather than the oldest, if there are more than `limit`. */
  readonly newest?: boolean | undefined;
  /** Only entries that tell something of this address, or of all addresses. */
  readonly address?: FunctionAddress | undefined;
  /** Only entries of these kinds. */
  readonly kinds?: ReadonlySet<JournalEntry["kind"]> | undefined;
}

/** What a {@link Journal} has for a query. */
export interface JournalPart {
  /** In the order in which they were told. */
  readonly entries: readonly StoredEntry[];
  /** The number behind which to go on reading. */
  readonly last: number;
  /** Entries behind `after` that the journal does not have any more. */
  readonly missed: number;
}

/**
 * What happened in the runtime of late: a bounded list in memory. Appending keeps references and counts bytes; nothing
 * is decoded before somebody reads. The bytes that entries refer to must not change any more.
 */
export class Journal {
  /** Tells this journal from others, so that a reader can find out that it has come to another one. */
  readonly run: string;
  /** {@link append} as a function. */
  readonly listener: JournalListener;
  readonly #clock: Clock;
  readonly #entries: Ring<JournalEntry>;
  readonly #delivered = new Map<string, Ring<DeliveredEntry>>();
  readonly #recordsPerEgress: number;
  readonly #readers = new Set<() => void>();
  #wakingReaders = false;

  /** An empty journal; its entries bear the times of `clock`. */
  constructor(clock: Clock, limits: JournalLimits = {}) {
    this.run = randomBytes(runBytes).toString("hex");
    this.listener = (entry) => {
      this.append(entry);
    };
    this.#clock = clock;
    this.#entries = new Ring(
      limits.maxEntries ?? defaultJournalEntries,
      limits.maxBytes ?? defaultJournalBytes,
    );
    this.#recordsPerEgress = limits.recordsPerEgress ?? defaultRecordsPerEgress;
  }

  /** The number of the newest entry; 0 if there was none. */
  get last(): number {
    return this.#entries.next - 1;
  }

  /** Takes an entry in, and drops the oldest ones if there are too many. */
  append(entry: JournalEntry): void {
    const atMillis = this.#clock.now();
    this.#entries.push(entry, bytesOf(entry), atMillis);
    if (entry.kind === "delivered") this.#keepRecord(entry, atMillis);
    if (this.#readers.size > 0 && !this.#wakingReaders) this.#wakeReaders();
  }

  /** The entries that a query asks for, as far as they are kept. */
  read({ after, limit, newest = false, address, kinds }: JournalQuery): JournalPart {
    const { first, next } = this.#entries;
    const start = Math.max(after + 1, first);
    const entries: StoredEntry[] = [];
    let last = newest ? next - 1 : Math.max(after, first - 1);
    const step = newest ? -1 : 1;
    for (let at = newest ? next - 1 : start; at >= start && at < next && entries.length < limit; at += step) {
      const entry = this.#entries.at(at) as JournalEntry;
      if (!newest) last = at;
      if (kinds !== undefined && !kinds.has(entry.kind)) continue;
      if (address !== undefined && !tellsOf(entry, address)) continue;
      entries.push({ number: at, atMillis: this.#entries.atMillis(at), entry });
    }
    if (newest) entries.reverse();
    return { entries, last, missed: Math.max(0, first - 1 - after) };
  }

  /** The entry with this number; `undefined` if it is not kept any more, or there is none yet. */
  entry(number: number): StoredEntry | undefined {
    const entry = this.#entries.at(number);
    return entry && { number, atMillis: this.#entries.atMillis(number), entry };
  }

  /** The last records that left through an egress, the newest last. */
  delivered(egress: string, limit: number): readonly DeliveredRecord[] {
    const ring = this.#delivered.get(egress);
    if (ring === undefined) return [];
    const records: DeliveredRecord[] = [];
    for (let at = Math.max(ring.first, ring.next - limit); at < ring.next; at++) {
      const { sequence, argument } = ring.at(at) as DeliveredEntry;
      records.push({ sequence, argument, atMillis: ring.atMillis(at) });
    }
    return records;
  }

  /**
   * Calls `wake` soon after entries were appended, once for many of them; the reader then asks for what is new.
   *
   * @returns ends that
   */
  subscribe(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => {
      this.#readers.delete(wake);
    };
  }

  #wakeReaders(): void {
    this.#wakingReaders = true;
    setImmediate(() => {
      this.#wakingReaders = false;
      for (const wake of this.#readers) wake();
    });
  }

  #keepRecord(entry: DeliveredEntry, atMillis: number): void {
    let ring = this.#delivered.get(entry.egress);
    if (ring === undefined) {
      ring = new Ring(this.#recordsPerEgress, maxRecordBytesPerEgress);
      this.#delivered.set(entry.egress, ring);
    }
    ring.push(entry, entry.argument.length, atMillis);
  }
}

/** Roughly how much memory an entry holds. */
function bytesOf(entry: JournalEntry): number {
  switch (entry.kind) {
    case "request":
      return bytesPerEntry + entry.request.length;
    case "reply":
      return bytesPerEntry + bytesOfResponse(entry.response);
    case "delivered":
    case "egress-dropped":
      return bytesPerEntry + entry.argument.length;
    default:
      return bytesPerEntry;
  }
}

function bytesOfResponse(response: WireResponse): number {
  if (response.kind === "incomplete") return response.missing.length * bytesPerView;
  const { messages, delayed, egresses, mutations } = response;
  let bytes = (messages.length + delayed.length + egresses.length + mutations.length) * bytesPerView;
  for (const { argument } of messages) bytes += argument.length;
  for (const { argument } of delayed) bytes += argument.length;
  for (const { argument } of egresses) bytes += argument.length;
  for (const { value } of mutations) if (value !== undefined) bytes += value.bytes.length;
  return bytes;
}

function isSame(a: FunctionAddress, b: FunctionAddress): boolean {
  return a.id === b.id && a.name === b.name && a.namespace === b.namespace;
}

/** Whether an entry tells something of `address`: what it got, did and sent, and what was sent to it. */
function tellsOf(entry: JournalEntry, address: FunctionAddress): boolean {
  switch (entry.kind) {
    case "admitted":
      return entry.addresses.some((to) => isSame(to, address));
    case "request":
    case "attempt-failed":
    case "quarantine":
      return isSame(entry.address, address);
    case "reply":
      return isSame(entry.address, address) || isSentTo(entry.response, address);
    case "delay-elapsed":
      return isSame(entry.from, address) || isSame(entry.to, address);
    case "running":
    case "stopped":
      return true;
    default:
      return false;
  }
}

function isSentTo(response: WireResponse, address: FunctionAddress): boolean {
  if (response.kind === "incomplete") return false;
  return (
    response.messages.some(({ target }) => isSame(target, address)) ||
    response.delayed.some(({ isCancellation, target }) => !isCancellation && isSame(target, address))
  );
}
