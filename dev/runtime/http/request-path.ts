import type { FunctionAddress } from "../address.js";

/** A request's target in two parts. */
export interface RequestTarget {
  /** The path, percent-encoded as it came. */
  readonly path: string;
  /** What follows the question mark, without it. */
  readonly query: string;
}

/** Splits the target of a request. */
export function requestTarget(url: string): RequestTarget {
  const mark = url.indexOf("?");
  if (mark === -1) return { path: url, query: "" };
  return { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** Decodes percent-encoding; `undefined` if it is not UTF-8 or cut short. */
export function percentDecoded(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * The address that a path `/<namespace>/<name>/<id>` names: everything behind the second slash is the id.
 *
 * @returns what is wrong with the path, if it names none
 */
export function addressOfPath(path: string): FunctionAddress | string {
  const nameStart = path.indexOf("/", 1) + 1;
  const idStart = nameStart === 0 ? 0 : path.indexOf("/", nameStart) + 1;
  if (!path.startsWith("/") || idStart === 0) return "has fewer than three parts";
  const namespace = percentDecoded(path.slice(1, nameStart - 1));
  const name = percentDecoded(path.slice(nameStart, idStart - 1));
  const id = percentDecoded(path.slice(idStart));
  if (namespace === undefined || name === undefined || id === undefined) {
    return "has a percent sign that is not followed by the digits of UTF-8 (a percent sign itself is %25)";
  }
  if (namespace === "" || name === "" || id === "") return "has an empty part";
  if (namespace.includes("/") || name.includes("/"))
    return "has a slash within the function's namespace or name";
  return { namespace, name, id };
}
