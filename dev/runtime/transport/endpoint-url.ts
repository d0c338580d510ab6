import { RuntimeError } from "../runtime-error.js";
import type { FunctionName } from "../address.js";

/** Where a request goes, and what its head says of that. */
export interface RequestTarget {
  /** The URL as it was written, for people. */
  readonly text: string;
  /** What stands between the method and the version. */
  readonly requestTarget: string;
  /** The value of the header field `host`. */
  readonly hostHeader: string;
  /** Where to connect, before any redirection: a host, without brackets, and a port; or a Unix socket. */
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly isTls: boolean;
}

const functionNamePlaceholder = "{function.name}";
const httpsPort = 443;
const httpPort = 80;

/** The URL of a function type: the template, with the name of the function where it is asked for, unescaped. */
export function endpointUrl(template: string, { name }: FunctionName): string {
  return template.replaceAll(functionNamePlaceholder, name);
}

interface Uri {
  readonly scheme: string;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
  readonly fragment: string | undefined;
}

const uriForm = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const oddCharacter = /[^\w\-.!~*'();/?:@&=+$,%#[\]\u00a1-\uffff]/;

/**
 * Reads a URI as Java does, which is what a cluster does with it.
 *
 * @throws RuntimeError `invalid-transport` if Java would refuse it
 */
function javaUri(text: string): Uri {
  const [odd] = oddCharacter.exec(text) ?? [];
  if (odd !== undefined)
    throw badUrl(text, `${JSON.stringify(odd)} must be written as an escape such as %20`);
  const escape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text);
  if (escape !== null) throw badUrl(text, `${JSON.stringify(escape[0])} is no escape of the form %2F`);
  const [, scheme, authority, path = "", query, fragment] = uriForm.exec(text) ?? [];
  if (scheme === undefined) throw badUrl(text, "it has no scheme: begin with http:// or https://");
  return { scheme: scheme.toLowerCase(), authority, path, query, fragment };
}

/** What Java takes for a host: an address, or labels of letters, digits and hyphens whose last begins with a letter. */
const hostForm =
  /^(?:\[[0-9A-Fa-f:.%\w]+\]|\d{1,3}(?:\.\d{1,3}){3}|(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?)$/;

/**
 * Where the asynchronous transport sends a request: path and query go without their escapes.
 *
 * @throws RuntimeError `invalid-transport` if `text` is no URL with a host
 */
export function asyncTarget(text: string): RequestTarget {
  const uri = javaUri(text);
  if (uri.scheme.endsWith("+unix")) {
    throw badUrl(text, "only the transport io.statefun.transports.v1/okhttp reaches Unix sockets");
  }
  const [, host = "", portText = ""] = /^(?:.*@)?(.*?)(?::(\d*))?$/s.exec(uri.authority ?? "") ?? [];
  if (!hostForm.test(host)) {
    throw badUrl(
      text,
      `${JSON.stringify(host)} is no host as a cluster reads one: letters, digits, hyphens and dots, no underscore`,
    );
  }
  const isTls = uri.scheme === "https";
  const port = portText === "" ? (isTls ? httpsPort : httpPort) : Number(portText);
  if (port > 65_535 || port === 0) throw badUrl(text, `${portText} is no port`);
  const path = uri.path === "" ? "/" : unescaped(uri.path);
  const query = uri.query === undefined ? "" : `?${unescaped(uri.query)}`;
  const fragment = uri.fragment === undefined ? "" : `#${unescaped(uri.fragment)}`;
  const requestTarget = path + query + fragment;
  if (/\p{Cc}/u.test(requestTarget)) throw badUrl(text, "an escape stands for a control character");
  const isUsualPort = port === httpPort || port === httpsPort;
  return {
    text,
    requestTarget,
    hostHeader: isUsualPort ? host : `${host}:${String(port)}`,
    to: { host: host.replace(/^\[|\]$/g, ""), port },
    isTls,
  };
}

/**
 * Where the okhttp transport sends a request: escapes stay, and `http+unix` leads to a Unix socket.
 *
 * @throws RuntimeError `invalid-transport` if `text` is no URL that it can use
 */
export function okhttpTarget(text: string): RequestTarget {
  const uri = javaUri(text);
  if (uri.scheme === "http+unix" || uri.scheme === "https+unix") return unixTarget(text, unescaped(uri.path));
  return okhttpUrlTarget(text, text);
}

/** The target of an `http` or `https` URL, relative to another one if it is a redirection. */
export function okhttpUrlTarget(text: string, url: string | URL): RequestTarget {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.hostname === "") {
    throw badUrl(text, "it must be http://…, https://… or http+unix://… with a host");
  }
  const isTls = parsed.protocol === "https:";
  return {
    text,
    requestTarget: parsed.pathname + parsed.search,
    hostHeader: parsed.host, // without the port if it is the scheme's own
    to: {
      host: parsed.hostname.replace(/^\[|\]$/g, ""),
      port: parsed.port === "" ? (isTls ? httpsPort : httpPort) : Number(parsed.port),
    },
    isTls,
  };
}

/** The socket is what leads up to the first element that ends in `.sock`; the rest is one segment of the HTTP path. */
function unixTarget(text: string, path: string): RequestTarget {
  const [socket] = /^.*?\.sock(?=\/|$)/s.exec(path) ?? [];
  if (socket === undefined) throw badUrl(text, "no element of its path ends in .sock");
  const segment = encodeURIComponent(path.slice(socket.length)).replace(
    /%(?:24|26|2B|2C|3A|3B|3D|40|5B|5D)/g, // as they may stand in a segment
    (escape) => decodeURIComponent(escape),
  );
  return { text, requestTarget: `/${segment}`, hostHeader: "unused", to: { path: socket }, isTls: false };
}

/** Without escapes; what is not UTF-8 becomes U+FFFD, as in Java. */
function unescaped(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

function badUrl(text: string, why: string): RuntimeError {
  return new RuntimeError("invalid-transport", `the URL ${JSON.stringify(text)} cannot be called: ${why}`);
}
