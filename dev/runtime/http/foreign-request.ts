import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { quoted } from "../quoted.js";

/** Why a request is taken for one that a web page of somebody else sent through a browser of this machine. */
export interface ForeignRequest {
  readonly code: "foreign-host" | "foreign-origin";
  /** What is wrong. */
  readonly why: string;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether only this machine reaches a server that listens on `host`. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  const version = isIP(name);
  if (version === 0) return name === "localhost" || name.endsWith(".localhost");
  return loopback.check(name, version === 4 ? "ipv4" : "ipv6");
}

/** A host without the brackets that an IPv6 address has in a URL. */
function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
}

/** Browsers say whose page sends a request. */
export function foreignOrigin({
  origin,
  host,
  "sec-fetch-site": site,
}: IncomingHttpHeaders): ForeignRequest | undefined {
  const isForeign = site === "cross-site" || site === "same-site";
  if (!isForeign && (origin === undefined || originHost(origin) === host?.toLowerCase())) return undefined;
  return { code: "foreign-origin", why: "a page of another origin may not send this" };
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/**
 * A page that had its own name lead to this machine (DNS rebinding) is of the same origin as what it asks, and has that
 * name in `host`: a server of this machine alone, listening on `ownHost`, is asked for by the machine's own names.
 */
export function foreignHost({ host = "" }: IncomingHttpHeaders, ownHost: string): ForeignRequest | undefined {
  const wanted = host.replace(/:\d*$/, "");
  if (isLoopback(wanted) || bare(wanted) === bare(ownHost)) return undefined;
  return {
    code: "foreign-host",
    why: `requests for the host ${quoted(wanted)} are refused, since a page in a browser could make them`,
  };
}

/**
 * The guard of a server that asks nobody who they are. Where it listens on loopback, every program of the machine may use
 * it, and no page but its own; where it was told to listen farther, it has names that it does not know, and only pages
 * that say that they are of another origin are refused.
 */
export function foreignRequests(
  ownHost: string,
): (headers: IncomingHttpHeaders) => ForeignRequest | undefined {
  const isOwn = isLoopback(ownHost);
  /** The host that was asked for last and was right: clients ask for the same one again and again. */
  let right: string | undefined;
  return (headers) => {
    const origin = foreignOrigin(headers);
    if (origin !== undefined) return origin;
    if (!isOwn || (right !== undefined && headers.host === right)) return undefined;
    const host = foreignHost(headers, ownHost);
    if (host === undefined) right = headers.host;
    return host;
  };
}
