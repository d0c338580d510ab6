/**
 * The tables of a store. Keys are compared as numbers or by code units; values are opaque here.
 *
 * - `meta`: the format, the next sequence numbers; key: a name
 * - `types`: function types by number; key: the number
 * - `state`: all state values of one address; key: `<number of the type>/<id>`
 * - `mail`: messages that are not processed yet; key: their sequence number
 * - `batches`: the last message of the batch that is in flight at an address; key as `state`
 * - `delays`: delayed messages; key: due time and sequence number, fixed width
 * - `tokens`: pending cancellation tokens; key: the id of the sender, then the token
 * - `outbox`: egress records that are not delivered yet; key: their sequence number
 * - `positions`: how far each ingress has read; key: `<ingress id>/<whatever the ingress says>`
 * - `requests`: idempotency keys of requests that are durable already
 * - `quarantine`: addresses that are set aside; key as `state`
 */
export const tables = [
  "meta",
  "types",
  "state",
  "mail",
  "batches",
  "delays",
  "tokens",
  "outbox",
  "positions",
  "requests",
  "quarantine",
] as const;

/** The name of one table of a store. */
export type Table = (typeof tables)[number];

/** A key: numbers are whole and not negative. A table has keys of one kind only. */
export type StoreKey = string | number;

/** One change; without `value` the key is removed, whether or not it is there. */
export interface StoreWrite {
  readonly table: Table;
  readonly key: StoreKey;
  readonly value: Uint8Array | undefined;
}

/** Which part of a table {@link Store.scan} reads. */
export interface ScanRange {
  /** The first key, included; the table's first if left out. */
  readonly from?: StoreKey | undefined;
  /** The end, excluded; the table's end if left out. */
  readonly to?: StoreKey | undefined;
  /** The most entries; all if left out. */
  readonly limit?: number | undefined;
}

/** Where everything is kept that must survive the process. */
export interface Store {
  /** The committed value; the bytes are the caller's to keep and must not be changed. */
  get(table: Table, key: StoreKey): Uint8Array | undefined;

  /** Committed entries in ascending order of their keys, as they are when the scan begins. */
  scan(table: Table, range?: ScanRange): Iterable<readonly [StoreKey, Uint8Array]>;

  /** How many entries a table has. */
  count(table: Table): number;

  /**
   * Makes all of `writes` durable in one atomic step; of several to one key the last one counts. Steps are committed
   * in the order of the calls. Reads see the step once the promise has resolved, at the latest.
   *
   * @throws RuntimeError `store-write-failed` (as a rejection) if nothing of this step was written
   */
  commit(writes: readonly StoreWrite[]): Promise<void>;

  /** Ends the use of the store after the steps that are under way. */
  close(): Promise<void>;
}
