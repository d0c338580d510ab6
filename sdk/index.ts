// For applications: what functions are written with.
export { sameAddress, type Address, type Target } from "./address.js";
export type { Context, Destination, SendAfterOptions, SendOptions } from "./context.js";
export type { DeepReadonly } from "./deep-readonly.js";
export type { Duration } from "./duration.js";
export { egress, type Egress } from "./egress/egress.js";
export { kafkaEgress, type KafkaRecord } from "./egress/kafka.js";
export { kinesisEgress, type KinesisRecord } from "./egress/kinesis.js";
export type { RecordValue } from "./egress/record-value.js";
export { StateFunError, type StateFunErrorCode, type StateFunErrorDetails } from "./errors.js";
export { functionType, type AcceptedMessage, type FunctionType } from "./function-type.js";
export { requestReplyHandler, type RequestReplyOptions } from "./handler.js";
export type { Header, Headers } from "./headers.js";
export {
  statefulFunction,
  type AnyStatefulFunction,
  type Handlers,
  type Implementation,
  type NoStorage,
  type Otherwise,
  type StatefulFunction,
} from "./stateful-function.js";
export type { Storage } from "./storage/storage.js";
export type { Value } from "./storage/value.js";
export {
  valueSpec,
  type AnyValueSpec,
  type Expiration,
  type ExpirationOptions,
  type SpecValue,
  type StorageSpecs,
  type ValueSpec,
} from "./storage/value-spec.js";
export type { Typename } from "./typename.js";
export { bytesType } from "./values/bytes.js";
export { customType, type Serializer } from "./values/custom.js";
export { jsonType, type JsonValue } from "./values/json.js";
export type { Message } from "./values/message.js";
export { types } from "./values/primitives.js";
export { protobufEsType, protobufType, type MessageClass, type ProtobufEsCodec } from "./values/protobuf.js";
export type {
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  StandardSchema,
} from "./values/standard-schema.js";
export type { AnyType, MessageOf, Type, ValueOf } from "./values/type.js";
export type { TypedValue } from "./values/typed-value.js";

// For writers of adapters and tools: how a batch is handed over and watched.
export { isEgress } from "./egress/egress.js";
export { isStatefulFunction } from "./stateful-function.js";
export { jsonShape, type JsonShape } from "./values/json.js";
export type { ObservedBatch, ObservedInvocation, Observer } from "./observer.js";
export type {
  FailureSite,
  HandleOptions,
  HangUpSignal,
  RequestReplyHandler,
} from "./request-reply-handler.js";
