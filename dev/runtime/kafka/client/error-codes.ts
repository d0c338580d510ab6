/** Error codes of Kafka's protocol that are looked at one by one. */
export const errorCodes = {
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  messageTooLarge: 10,
  invalidTopic: 17,
  duplicateSequence: 46,
  invalidTransactionTimeout: 50,
  concurrentTransactions: 51,
} as const;

/** What the codes mean that a client may see, in words; `true` where asking again in a moment may help. */
const meanings: Readonly<Record<number, readonly [text: string, retriable?: true]>> = {
  [-1]: ["the broker failed in a way it does not explain; its log says more"],
  1: ["the offset does not exist"],
  2: ["the bytes of a record are damaged", true],
  3: ["it has no such topic or partition", true],
  5: ["the partition has no leader at the moment", true],
  6: ["the broker does not lead the partition any more", true],
  7: ["the broker waited too long for others", true],
  9: ["a replica is not available", true],
  10: ["a batch is larger than max.message.bytes of the topic allows; raise that, or lower batch.size"],
  13: ["the broker was disconnected", true],
  14: ["the coordinator is starting", true],
  15: ["the coordinator is not available", true],
  16: ["the broker is not the coordinator any more", true],
  17: ["no topic can have the name"],
  19: ["too few replicas are in sync", true],
  20: ["too few replicas are in sync after the records were written", true],
  22: ["the group has members of another generation: another program reads as this group"],
  25: ["the group has members: another program reads as this group"],
  29: ["this client may not do that with the topic (authorization)"],
  30: ["this client may not do that as the group (authorization)"],
  31: ["this client may not do that with the cluster (authorization)"],
  33: ["the broker does not offer this SASL mechanism"],
  34: ["the broker did not expect a SASL request now"],
  35: ["the broker does not speak this version of the protocol"],
  45: ["records arrived out of order"],
  46: ["the records were written before"],
  47: ["a newer producer has taken over"],
  48: ["the transaction is not in a state that allows this"],
  49: ["the producer's id does not belong to its transactional id"],
  50: ["the transaction's time-out is larger than the broker allows (transaction.max.timeout.ms)"],
  51: ["the transaction before is still being completed", true],
  53: ["this client may not use the transactional id (authorization)"],
  54: ["security is disabled at the broker"],
  56: ["the broker's disk failed", true],
  58: ["authentication failed; check user name and password"],
  59: ["the broker does not know the producer any more"],
  72: ["the broker does not listen for clients of this kind", true],
  74: ["the broker knows an older leader", true],
  75: ["the broker knows a newer leader", true],
  76: ["the topic holds a compression that this version of the protocol cannot carry"],
  78: ["the offset is not available yet", true],
  87: ["a record is not valid for the topic, such as one without a key in a compacted topic"],
  88: ["offsets of the group wait for a transaction to end", true],
  89: ["the broker asks to slow down", true],
  90: ["a newer producer has taken over"],
  100: ["the topic was deleted and created again", true],
};

/** What an error code of a broker means, for people. */
export function errorText(errorCode: number): string {
  const [text = "an error that this client does not know"] = meanings[errorCode] ?? [];
  return `${text} (Kafka's error ${String(errorCode)})`;
}

/** Whether asking again in a moment may help. */
export function isRetriable(errorCode: number): boolean {
  return meanings[errorCode]?.[1] ?? false;
}
