import type { IncomingHttpHeaders } from "node:http";
import type { FunctionName } from "../address.js";
import { typenameOf } from "../address.js";
import type { Problem } from "../http/http-answer.js";
import { quoted } from "../quoted.js";
import {
  isWrapped,
  strictText,
  stringTypename,
  wrappedRange,
  wrappedText,
  writeWrapped,
} from "../values/wrappers.js";
import type { KnownFunction } from "./known-function.js";

/** A message as it was sent over HTTP. */
export interface HttpMessage {
  readonly target: FunctionName;
  readonly headers: IncomingHttpHeaders;
  /** What follows the question mark. */
  readonly query: string;
  readonly body: Buffer;
}

/** The typename of a message, and its bytes. */
export interface TypedBytes {
  readonly typename: string;
  readonly bytes: Uint8Array;
}

/** What a body is, by its media type; several mean the same. */
type BodyForm =
  /** `application/vnd.<typename>`, or bytes of whatever kind: left as they are. */
  | "bytes"
  | "json"
  | "text"
  /** Nobody said, or it was curl that said: as the type has it. */
  | "unsaid";

const vendorPrefix = "application/vnd.";

/** The media type that curl puts on every body that it is not told the type of. */
const curlsOwn = "application/x-www-form-urlencoded";

/** What every answer about a missing typename ends with. */
const howToName =
  "name it in the header Statefun-Typename, as ?typename=<namespace>/<name>, or as content-type application/vnd.<namespace>/<name>";

/**
 * Finds out of which type a message is, and what its bytes are.
 *
 * @param known - the function it goes to, if anything is known of it
 */
export function typedBytes(message: HttpMessage, known: KnownFunction | undefined): TypedBytes | Problem {
  const { headers, body } = message;
  const contentType = headers["content-type"] ?? "";
  const semicolon = contentType.indexOf(";");
  const given = (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim();
  const isVendor = given.length > vendorPrefix.length && given.toLowerCase().startsWith(vendorPrefix);
  const named = namedTypename(message) ?? (isVendor ? given.slice(vendorPrefix.length) : undefined);
  const form = isVendor ? "bytes" : bodyForm(given.toLowerCase());
  const { "content-encoding": coding = "identity" } = headers;
  if (coding !== "identity") {
    return { status: 415, detail: `the body is compressed (${quoted(coding)}): send it as it is` };
  }
  const typename = named ?? impliedTypename(message, form, known);
  if (typeof typename !== "string") return typename;
  const bytes = bodyBytes(typename, form, body);
  return bytes instanceof Uint8Array ? { typename, bytes } : bytes;
}

function namedTypename({ headers, query }: HttpMessage): string | undefined {
  const { "statefun-typename": header } = headers;
  if (typeof header === "string" && header !== "") return header;
  if (query === "") return undefined;
  const parameter = new URLSearchParams(query).get("typename");
  return parameter === null || parameter === "" ? undefined : parameter;
}

function bodyForm(mediaType: string): BodyForm {
  if (mediaType === "application/json" || mediaType.endsWith("+json")) return "json";
  if (mediaType === "text/plain") return "text";
  return mediaType === "" || mediaType === curlsOwn ? "unsaid" : "bytes";
}

/** The typename that goes without saying; it must be one that the function takes, or the runtime would stop at it. */
function impliedTypename(
  { target }: HttpMessage,
  form: BodyForm,
  known: KnownFunction | undefined,
): string | Problem {
  const accepts = known?.accepts ?? [];
  const [only, another] = accepts;
  if (form === "text") {
    if ((known?.acceptsOthers ?? true) || accepts.includes(stringTypename)) return stringTypename;
    return {
      status: 415,
      detail: `plain text is ${stringTypename}, and ${typenameOf(target)} takes ${accepts.join(", ")}: ${howToName}`,
      members: { accepts },
    };
  }
  if (only !== undefined && another === undefined) return only;
  const why =
    only === undefined
      ? `it is not known which types ${typenameOf(target)} takes`
      : `${typenameOf(target)} takes several types (${accepts.join(", ")})`;
  return {
    status: 415,
    detail: `the message has no typename, and ${why}: ${howToName}`,
    members: { accepts },
  };
}

/** The bytes of the message: of StateFun's own types they are made from text or JSON, all others stay as they came. */
function bodyBytes(typename: string, form: BodyForm, body: Buffer): Uint8Array | Problem {
  if (form === "bytes") return body;
  const isString = typename === stringTypename;
  const wrapped = isWrapped(typename);
  if (form === "unsaid" && !wrapped) return body;
  const text = strictText(body);
  if (text === undefined) return bad("the body is not UTF-8");
  if (isString && form !== "json") return wrappedText(body);
  if (form === "text" && !wrapped) return body;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return bad(`the body is not JSON: ${(error as Error).message}`);
  }
  if (!wrapped) return body;
  return (
    writeWrapped(typename, value) ??
    bad(`the body is not a value of ${typename}: send ${wrappedRange(typename)}`)
  );
}

function bad(detail: string): Problem {
  return { status: 400, detail };
}
