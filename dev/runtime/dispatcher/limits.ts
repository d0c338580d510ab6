/** How much the runtime takes on. */
export interface Limits {
  /** Calls under way from which on ingresses pause; 0 or less: never. Source: `statefun.async.max-per-task`. */
  readonly maxCalls: number;
  /** Bytes of messages that wait or are being processed from which on ingresses pause, those set aside left out. */
  readonly maxMailBytes: number;
  /**
   * Bytes of messages of addresses that are set aside from which on ingresses pause: a bound of their own, since they do
   * not become fewer by waiting and one busy address would soon hold up all others.
   */
  readonly maxQuarantinedMailBytes: number;
  /** Egress records that are not delivered from which on ingresses pause. */
  readonly maxOutboxRecords: number;
  /** Bytes of state values that are kept in memory beside the store. */
  readonly cacheBytes: number;
}

/** What holds where nothing else is said. */
export const defaultLimits: Limits = {
  maxCalls: 32_768, // the default of Apache's runtime
  maxMailBytes: 128 * 1024 * 1024, // a tenth of the heap that Node takes on small machines
  maxQuarantinedMailBytes: 128 * 1024 * 1024, // as much again: hours of a busy address, for somebody to look at it
  maxOutboxRecords: 100_000, // some seconds of a broker that does not answer
  cacheBytes: 64 * 1024 * 1024, // beside the store's own memory map, which the system shrinks when it must
};
