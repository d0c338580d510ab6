import { refused, type Authorize } from "../answer.js";
import { bearerOf } from "./bearer-token.js";
import { invalid, secretBytes, secretMatcher, unreserved, visible } from "./secrets.js";

/** How {@link headerSecret} finds the secret. */
export interface HeaderSecretOptions {
  /**
   * The name of the header that holds the secret and nothing else; `authorization`, as `Bearer <secret>`, unless
   * given.
   */
  readonly header?: string | undefined;
}

// What RFC 9110 calls a token.
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Lets in who knows a secret and sends it in a header. A cluster of StateFun 3.3.0 sends no header of your choice: this
 * is for a proxy in front that adds it. For the cluster itself there is {@link pathSecret}.
 *
 * Comparing takes the same work whatever was sent, and whichever secret it is. Several secrets are for a rotation.
 *
 * @param secrets - one or more of at least 32 visible ASCII characters
 *
 * @throws StateFunError `invalid-argument` if there is no secret, a secret is too short or has white space in it, or the
 * name of the header is none
 *
 * @example
 * ```ts
 * import http from "node:http";
 * import { requestReplyHandler } from "statefun";
 * import { headerSecret } from "statefun/authorize";
 * import { serve } from "statefun/node";
 *
 * const authorize = headerSecret((process.env["STATEFUN_SECRETS"] ?? "").split(","));
 * http.createServer(serve(requestReplyHandler([]), { authorize })).listen(8000);
 * ```
 */
export function headerSecret(
  secrets: string | readonly string[],
  options: HeaderSecretOptions = {},
): Authorize {
  const matches = secretMatcher(secretBytes(secrets, "headerSecret", visible));
  const header = (options.header ?? "authorization").toLowerCase();
  if (!headerName.test(header)) {
    throw invalid("headerSecret", `${JSON.stringify(header)} is not the name of a header`);
  }
  const isBearer = header === "authorization";
  return async (request) => {
    const candidate = isBearer ? bearerOf(request) : request.header(header);
    if (candidate === undefined) {
      return refused(
        request,
        isBearer ? "no authorization header of the form Bearer <secret>" : `no ${header} header`,
      );
    }
    return (await matches(candidate)) || refused(request, `the ${header} header holds no known secret`);
  };
}

/**
 * Lets in who knows a secret and sends it as the last segment of the path. This is what a cluster can do, whose
 * `urlPathTemplate` may be `https://functions.example/statefun/<secret>`.
 *
 * A path ends up in places where no header does: serve over TLS, and keep it out of the logs of whatever stands in
 * between. The reports of the functions do not show it. Comparing takes the same work whatever was sent.
 *
 * @param secrets - one or more of at least 32 letters, digits and `.`, `_`, `~`, `-`; several are for a rotation
 *
 * @throws StateFunError `invalid-argument` if there is no secret, or a secret is too short or has other characters
 */
export function pathSecret(secrets: string | readonly string[]): Authorize {
  const matches = secretMatcher(secretBytes(secrets, "pathSecret", unreserved));
  return async (request) =>
    (await matches(lastSegment(request.path))) || refused(request, "the path does not end in a known secret");
}

/** On a Unix domain socket the cluster sends the whole path as one segment, its slashes escaped. */
function lastSegment(path: string): string {
  const slash = path.lastIndexOf("/");
  const escaped = path.toLowerCase().lastIndexOf("%2f");
  return path.slice(Math.max(slash + 1, escaped === -1 ? 0 : escaped + 3));
}
