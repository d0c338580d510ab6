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
  /** The values of `content-type`, as they came. */
  readonly contentTypes: readonly string[];
  /** The value of `content-encoding` in lower case; several are joined by commas. */
  readonly contentEncoding: string;
  readonly framing: Framing;
  /** Whether the connection may carry another exchange after this one. */
  readonly keepAlive: boolean;
}

/** All values of a field, as they came. */
export function fieldValues({ fields }: Pick<ResponseHead, "fields">, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] === name) values.push(fields[at + 1] as string);
  }
  return values;
}

/** Whether one of the comma-separated elements of a field's values is `element`, in any letter case. */
export function hasElement(values: readonly string[], element: string): boolean {
  return values.some((value) => value.split(",").some((part) => part.trim().toLowerCase() === element));
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
  return framed({ status: Number(start[2]), reason: start[3] ?? "", fields }, start[1] === "1");
}

type Start = Pick<ResponseHead, "status" | "reason" | "fields">;

function framed(start: Start, isVersion11: boolean): ResponseHead | string {
  const codings = fieldValues(start, "transfer-encoding");
  const lengths = fieldValues(start, "content-length");
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
  const framing = framingOf(start.status, codings.length > 0, length);
  const connection = fieldValues(start, "connection");
  const wanted = isVersion11 ? !hasElement(connection, "close") : hasElement(connection, "keep-alive");
  // Two framings at once are how responses are smuggled: the chunks count, and the connection is not used again.
  const isAmbiguous = codings.length > 0 && length !== undefined;
  return {
    ...start,
    contentTypes: fieldValues(start, "content-type"),
    contentEncoding: fieldValues(start, "content-encoding").join(",").trim().toLowerCase(),
    framing,
    keepAlive: wanted && framing.kind !== "close" && !isAmbiguous,
  };
}

function framingOf(status: number, isChunked: boolean, length: string | undefined): Framing {
  if (status < 200 || status === 204 || status === 304) return { kind: "length", bytes: 0 };
  if (isChunked) return { kind: "chunked" };
  return length === undefined ? { kind: "close" } : { kind: "length", bytes: Number(length) };
}
