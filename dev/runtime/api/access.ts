import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { foreignHost, foreignOrigin } from "../http/foreign-request.js";
import { Problem } from "./problem.js";

/** Who may use the API. */
export interface Access {
  /** The host that the server listens on. */
  readonly host: string;
  /** What a client must know; without it, being on this machine is enough. */
  readonly token: string | undefined;
}

/**
 * Lets a request pass that comes from somebody who may use the API: without a token every program of this machine, but no
 * page in its browser.
 *
 * @throws Problem 401 without the token, 403 for a browser's page of another origin
 */
export function checkAccess({ host, token }: Access, headers: IncomingHttpHeaders): void {
  const origin = foreignOrigin(headers);
  if (origin !== undefined) {
    throw new Problem(403, origin.code, `${origin.why}; serve the page from the same host and port`);
  }
  if (token !== undefined) {
    checkToken(token, headers.authorization);
    return;
  }
  const foreign = foreignHost(headers, host);
  if (foreign === undefined) return;
  throw new Problem(403, foreign.code, `${foreign.why}; ask for localhost, or start the API with a token`);
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
