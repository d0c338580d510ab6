export * from "../sdk/wire/request.js";
export * from "../sdk/wire/response.js";
export * from "../sdk/wire/text.js";
export * from "../sdk/wire/writer.js";
export * from "../sdk/wire/value-form.js";
export type { TypedValueView } from "../sdk/wire/typed-value-view.js";
