import type { ResponseHead } from "./response-head.js";

/** As much of an error's text as fits into a message. */
const maxQuotedCharacters = 300;

/** What functions answer with. */
export const mediaType = "application/octet-stream";

/** Says which status a function answered with, and what its body says of it, if that is text. */
export function statusText(head: ResponseHead, body: Uint8Array): string {
  const reason = head.reason === "" ? "" : ` ${head.reason}`;
  return `the function answered ${String(head.status)}${reason}${quotedBody(head, body)}`;
}

/** Says that the content type is not the one of a response. */
export function contentTypeText(head: ResponseHead): string {
  const given =
    head.contentTypes.length === 0
      ? "no content-type"
      : `the content-type ${JSON.stringify(head.contentTypes.join(", ").slice(0, 80))}`;
  return `the function answered ${String(head.status)} with ${given} instead of ${mediaType}`;
}

function quotedBody({ contentTypes, contentEncoding }: ResponseHead, body: Uint8Array): string {
  const isText = contentTypes.some((type) => /^(?:text\/|application\/(?:[\w.+-]*\+)?json)/i.test(type));
  if (!isText || contentEncoding !== "" || body.length === 0) return "";
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, 4 * maxQuotedCharacters))
    .toString("utf8")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  return `: ${text.length > maxQuotedCharacters ? `${text.slice(0, maxQuotedCharacters)}…` : text}`;
}
