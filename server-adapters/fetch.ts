import type { RequestReplyHandler } from "../sdk/request-reply-handler.js";
import type { ServeOptions } from "./answer.js";

/** Placeholder until the adapter lands in this branch. */
export function serve(
  functions: RequestReplyHandler,
  options: ServeOptions = {},
): [RequestReplyHandler, ServeOptions] {
  return [functions, options];
}
