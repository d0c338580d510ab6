/** A committed record on its way out. */
export interface OutboxRecord {
  /** Ascends over all records of the runtime; never used twice, also not after a restart. */
  readonly sequence: number;
  /** The record: a serialized `TypedValue`. */
  readonly argument: Uint8Array;
}

/** A way out. Records reach it in order, after they are durable in the store. */
export interface Egress {
  /** `<namespace>/<name>`, unique among egresses. */
  readonly id: string;
  /** For people: what is written, and where. */
  readonly description: string;
  /**
   * Looks at a record while the reply that holds it is applied.
   *
   * @param argument - a serialized `TypedValue`
   * @throws RuntimeError `invalid-record` if this egress cannot take it: the whole reply then fails
   */
  check(argument: Uint8Array): void;
  /**
   * Begins to listen, if the egress is a server: before the runtime starts, so that its clients find it. It goes on through
   * each {@link close}, while the runtime is stopped, until {@link stopListening}.
   *
   * @throws RuntimeError `io-failed` if the port cannot be had
   */
  listen?(): Promise<void>;
  /** Ends what {@link listen} has begun; called once the egress is closed for good. */
  stopListening?(): Promise<void>;
  /**
   * Connects, and says which record was the last one delivered before, for egresses that keep that at their
   * destination: the runtime does not deliver up to it again. `undefined` if the destination does not know. A number that
   * the store has not given out yet comes from another data folder, and the runtime refuses the destination.
   *
   * @throws RuntimeError `io-failed` if the destination cannot be reached
   */
  open(): Promise<number | undefined>;
  /**
   * Delivers records in order; resolves once the destination has them for good (with its own meaning of that). Never
   * called again before it has settled; after a rejection the same records, and possibly more, are given again.
   */
  deliver(records: readonly OutboxRecord[]): Promise<void>;
  /** Lets go of everything; {@link open} may follow. */
  close(): Promise<void>;
}
