// For builders of tools: both sides of the wire. No promise of stability before version 1.0.
export { durationMillis } from "../duration.js";
export { Reader, wireType } from "./reader.js";
export { readRequest, AddressView, InvocationView, StateView, type RequestView } from "./request.js";
export {
  Argument,
  incompleteResponse,
  persistedValueSpec,
  ResponseWriter,
  type SerializedSpec,
  type WireExpiration,
} from "./response.js";
export { checkedTextLength, readText, textBytes, textLength, writeText } from "./text.js";
export { readTypedValue, TypedValueView, type WireHeader } from "./typed-value-view.js";
export { typedValueHead, type ValueForm } from "./value-form.js";
export { textFieldSize, textFields, varintSize, Writer } from "./writer.js";
export {
  readResponse,
  serializedBatch,
  serializedTypedValue,
  type WireAddress,
  type WireBatch,
  type WireDelayedMessage,
  type WireEgressRecord,
  type WireInvocation,
  type WireMessage,
  type WireMutation,
  type WireResponse,
  type WireState,
  type WireValueSpec,
} from "./cluster-side.js";
