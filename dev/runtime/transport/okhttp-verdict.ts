import type { WireResponse } from "statefun/wire";
import { contentTypeText, mediaType, statusText } from "./answer-failure.js";
import { decoded } from "./budgeted-call.js";
import type { AttemptFailure } from "./call-failure.js";
import { fieldValues, type ResponseHead } from "./response-head.js";

/** What the okhttp transport makes of a response. */
export type Verdict =
  | { readonly kind: "success"; readonly response: WireResponse; readonly bytes: Uint8Array }
  /** The same request is sent again at once, or the one that the response leads to, as part of the same attempt. */
  | { readonly kind: "again" }
  | { readonly kind: "redirect"; readonly location: string }
  /** The attempt failed, and there may be another one. */
  | { readonly kind: "retry"; readonly failure: AttemptFailure }
  /** The call failed. */
  | { readonly kind: "fatal"; readonly failure: AttemptFailure };

const retriedStatuses = new Set([408, 409, 420, 429, 499]);
const redirections = new Set([300, 301, 302, 303]);

/** Whether the body of a response matters: that of an error is not waited for. */
export function isSuccess({ status }: ResponseHead): boolean {
  return status >= 200 && status <= 299;
}

/** @param previousStatus - the status that the attempt got before, if this is its second response or a later one */
export function okhttpVerdict(
  head: ResponseHead,
  body: Uint8Array,
  previousStatus: number | undefined,
): Verdict {
  const { status } = head;
  if (isSuccess(head)) return successVerdict(head, body);
  const [location] = fieldValues(head, "location").slice(-1);
  if (redirections.has(status) && location !== undefined) return { kind: "redirect", location };
  const [retryAfter] = fieldValues(head, "retry-after").slice(-1);
  const isFirst = previousStatus !== status;
  if (isFirst && status === 408 && (retryAfter === undefined || retryAfter === "0")) return { kind: "again" };
  if (isFirst && status === 503 && retryAfter === "0") return { kind: "again" };
  const failure = { why: statusText(head, body) };
  return { kind: status >= 500 || retriedStatuses.has(status) ? "retry" : "fatal", failure };
}

function successVerdict(head: ResponseHead, body: Uint8Array): Verdict {
  const { status, contentTypes } = head;
  const [length] = fieldValues(head, "content-length");
  if ((status === 204 || status === 205) && Number(length ?? 0) > 0) {
    return { kind: "retry", failure: { why: `the function answered ${String(status)} with a body` } };
  }
  // The whole text counts, in this letter case.
  if (contentTypes.at(-1) !== mediaType) return { kind: "fatal", failure: { why: contentTypeText(head) } };
  const response = decoded(body);
  return "why" in response
    ? { kind: "fatal", failure: response }
    : { kind: "success", response, bytes: body };
}
