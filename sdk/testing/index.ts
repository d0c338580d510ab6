// For tests of functions: one batch through the real handler.
export type { GivenMessage } from "./batch-request.js";
export type { DecodedEffects, DelayedMessage, SentMessage, WrittenRecord } from "./batch-result.js";
export { invoke, type Invocation, type InvokeResult, type StoredValues } from "./invoke.js";
export { deserializedRecord, deserializedStorage, serializedMessage } from "./serialized.js";
