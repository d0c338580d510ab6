/** How the body of a response ends. */
export type Framing =
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  /** It ends with the connection. */
  | { readonly kind: "close" };

/** The status line and the header of a response. */
export interface ResponseHead {
  readonly status: number;
  /** What it says of itself, such as `Not Found`; may be empty. */
  readonly reason: string;
  /** Names in lower case, each followed by its value, as they came. */
  readonly fields: readonly string[];
  readonly framing: Framing;
  /** Whether the connection may carry another exchange after this one. */
  readonly keepAlive: boolean;
}

/** All values of a field, as they came. */
export function fieldValues({ fields }: ResponseHead, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] === name) values.push(fields[at + 1] as string);
  }
  return values;
}

/** Whether one of the comma-separated elements of a field is `element`, in any letter case. */
export function hasElement(head: ResponseHead, name: string, element: string): boolean {
  return fieldValues(head, name).some((value) =>
    value.split(",").some((part) => part.trim().toLowerCase() === element),
  );
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

/** A name that is a token, the colon right behind it, and a value without control characters. */
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/;

/** The longest a length may be written: far more digits than any body that fits into memory has. */
const maxLengthDigits = 15;

/**
 * Reads a head: its bytes as Latin-1 text, without the empty line at the end. A string says what is wrong with it.
 *
 * Lenient clients disagree about what odd heads mean, so a head that is not as RFC 9112 wants it is refused: folded
 * lines, names with blanks, lengths that differ, other transfer codings than `chunked`.
 */
export function parsedHead(text: string): ResponseHead | string {
  const [first = "", ...lines] = text.split("\r\n");
  const start = statusLine.exec(first);
  if (start === null) return `its status line is not one of HTTP/1.1: ${JSON.stringify(first.slice(0, 80))}`;
  const fields: string[] = [];
  for (const line of lines) {
    const field = fieldLine.exec(line);
    if (field === null) return `a line of its header is malformed: ${JSON.stringify(line.slice(0, 80))}`;
    fields.push((field[1] as string).toLowerCase(), (field[2] as string).trimEnd());
  }
  const head = { status: Number(start[2]), reason: start[3] ?? "", fields };
  return framed(head, start[1] === "1");
}

function framed(
  { status, reason, fields }: Pick<ResponseHead, "status" | "reason" | "fields">,
  isVersion11: boolean,
): ResponseHead | string {
  const head = { status, reason, fields, framing: { kind: "close" } as Framing, keepAlive: false };
  const codings = fieldValues(head, "transfer-encoding");
  const lengths = fieldValues(head, "content-length");
  if (codings.length > 0 && (!isVersion11 || codings.join(",").trim().toLowerCase() !== "chunked")) {
    return `its transfer-encoding is ${JSON.stringify(codings.join(", ").slice(0, 80))}, and only chunked is known`;
  }
  const [length] = lengths;
  if (length !== undefined) {
    const isNumber = /^\d+$/.test(length) && length.length <= maxLengthDigits;
    if (!isNumber || lengths.some((other) => other !== length)) {
      return `its content-length is ${JSON.stringify(lengths.join(", ").slice(0, 80))}`;
    }
  }
  if (status < 200 || status === 204 || status === 304) head.framing = { kind: "length", bytes: 0 };
  else if (codings.length > 0) head.framing = { kind: "chunked" };
  else if (length !== undefined) head.framing = { kind: "length", bytes: Number(length) };
  const wanted = isVersion11
    ? !hasElement(head, "connection", "close")
    : hasElement(head, "connection", "keep-alive");
  // Two framings at once are how requests are smuggled: the chunks count, and the connection is not used again.
  const isAmbiguous = codings.length > 0 && length !== undefined;
  head.keepAlive = wanted && head.framing.kind !== "close" && !isAmbiguous;
  return head;
}
