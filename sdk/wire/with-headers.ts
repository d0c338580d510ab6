import { Reader } from "./reader.js";
import { headersSize, writeHeaders } from "./response.js";
import type { WireHeader } from "./typed-value-view.js";
import { readTypedValue, TypedValueView } from "./typed-value-view.js";
import { Writer } from "./writer.js";

/**
 * A `TypedValue` with other headers: every field but these is repeated as it stands, those that are unknown here too.
 *
 * @throws StateFunError `malformed-request` if the bytes have been changed since they were read
 */
export function withHeaders(view: TypedValueView, headers: readonly WireHeader[]): TypedValueView {
  const out = new Writer();
  out.reserve(view.end - view.start + headersSize(headers));
  const reader = new Reader(view.bytes, view.start);
  while (reader.position < view.end) {
    const start = reader.position;
    const tag = reader.tag(view.end);
    reader.skip(tag, view.end);
    if (tag !== 0x22) out.copy(view.bytes.subarray(start, reader.position));
  }
  writeHeaders(out, headers);
  const bytes = out.taken();

  const made = new TypedValueView(bytes);
  made.end = bytes.length;
  readTypedValue(new Reader(bytes), bytes.length, made);
  return made;
}
