/** One kind of request of Kafka's protocol, in the one version that is used. */
export interface Api {
  readonly name: string;
  readonly key: number;
  readonly version: number;
  /** Whether the version has the encoding's newer form. */
  readonly flexible?: true;
}

/**
 * The requests that are used. The versions are those that all brokers from Kafka 2.5 to 4 speak: the oldest ones that
 * carry zstd (Produce 7, Fetch 10) and tell offsets apart that a transaction may still change (OffsetFetch 7).
 */
export const apis = {
  produce: { name: "Produce", key: 0, version: 7 },
  fetch: { name: "Fetch", key: 1, version: 10 },
  listOffsets: { name: "ListOffsets", key: 2, version: 2 },
  metadata: { name: "Metadata", key: 3, version: 4 },
  offsetCommit: { name: "OffsetCommit", key: 8, version: 5 },
  offsetFetch: { name: "OffsetFetch", key: 9, version: 7, flexible: true },
  findCoordinator: { name: "FindCoordinator", key: 10, version: 1 },
  saslHandshake: { name: "SaslHandshake", key: 17, version: 1 },
  apiVersions: { name: "ApiVersions", key: 18, version: 0 },
  initProducerId: { name: "InitProducerId", key: 22, version: 1 },
  addPartitionsToTxn: { name: "AddPartitionsToTxn", key: 24, version: 1 },
  addOffsetsToTxn: { name: "AddOffsetsToTxn", key: 25, version: 1 },
  endTxn: { name: "EndTxn", key: 26, version: 1 },
  txnOffsetCommit: { name: "TxnOffsetCommit", key: 28, version: 2 },
  saslAuthenticate: { name: "SaslAuthenticate", key: 36, version: 0 },
} as const satisfies Readonly<Record<string, Api>>;

/** The oldest Kafka whose brokers speak these versions. */
export const oldestKafka = "2.5";
