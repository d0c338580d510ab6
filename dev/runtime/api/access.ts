import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP, BlockList } from "node:net";
import { quoted } from "../quoted.js";
import { Problem } from "./problem.js";

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

/** The host that a request says it wants, without its port. */
function hostOf(header: string): string {
  return header.replace(/:\d*$/, "");
}

/** Who may use the API. */
export interface Access {
  /** The host that the server listens on. */
  readonly host: string;
  /** What a client must know; without it, being on this machine is enough. */
  readonly token: string | undefined;
}

/**
 * Lets a request pass that comes from somebody who may use the API.
 *
 * Without a token every program of this machine may, but no page in its browser: a page that had its own name lead to
 * this machine (DNS rebinding) has that name in `host`, and one that posts across origins says so.
 *
 * @throws Problem 401 without the token, 403 for a browser's page of another origin
 */
export function checkAccess({ host, token }: Access, headers: IncomingHttpHeaders): void {
  checkOrigin(headers);
  if (token !== undefined) {
    checkToken(token, headers.authorization);
    return;
  }
  const wanted = hostOf(headers.host ?? "");
  if (isLoopback(wanted) || bare(wanted) === bare(host)) return;
  throw new Problem(
    403,
    "foreign-host",
    `requests for the host ${quoted(wanted)} are refused, since a page in a browser could make them; ask for localhost, or start the API with a token`,
  );
}

/** @throws Problem 403 if a page of another origin sent the request */
function checkOrigin({ origin, host, "sec-fetch-site": site }: IncomingHttpHeaders): void {
  const isForeign = site === "cross-site" || site === "same-site";
  if (!isForeign && (origin === undefined || originHost(origin) === host)) return;
  throw new Problem(
    403,
    "foreign-origin",
    "a page of another origin may not use this API; serve the page from the same host and port",
  );
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** @throws Problem 401 unless the header bears the token */
function checkToken(token: string, authorization: string | undefined): void {
  const given = /^bearer +(.+)$/i.exec(authorization ?? "")?.[1];
  if (given !== undefined && isEqual(given, token)) return;
  const what = given === undefined ? "there is no token" : "this is not the token";
  throw new Problem(
    401,
    "unauthorized",
    `${what}; send the one that was printed or given at the start: Authorization: Bearer <token>`,
    { "www-authenticate": 'Bearer realm="statefun"' },
  );
}

/** Compares in a time that tells neither how much of the text is right nor how long it is. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
