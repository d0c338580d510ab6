/** What the bench of the runtime consists of, in this order. */
export const runtimeParts = ["in-process", "http-to-http", "kept-state", "kafka-to-kafka"] as const;
export type RuntimePart = (typeof runtimeParts)[number];
