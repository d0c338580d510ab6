/** Where the parts of a record batch of version 2 are; the records follow the head. */
export const batchHead = {
  baseOffset: 0,
  length: 8,
  /** What the length does not count. */
  beforeLength: 12,
  magic: 16,
  checksum: 17,
  /** The checksum covers everything from here on. */
  attributes: 21,
  lastOffsetDelta: 23,
  baseTime: 27,
  maxTime: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  size: 61,
} as const;

/** The version of record batches; what is older has another shape. */
export const batchMagic = 2;

/** What the bits of a batch's attributes say. */
export const attributeBits = { compression: 0x07, transactional: 0x10, control: 0x20 } as const;
