/** What the soak's server accepts. */
export const limits = {
  maxRequestBytes: 256 * 1024,
  /** Longer than a batch takes that does not hang, also on a machine that does much else. */
  batchTimeoutMillis: 1000,
  compressRepliesAboveBytes: 4096,
} as const;
