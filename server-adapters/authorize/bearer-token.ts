import { refused, type Authorize, type IncomingRequest } from "../answer.js";
import { invalid } from "./secrets.js";

/**
 * Verifies one token. An object (what the token says) or `true` lets the request in; `false` does not, nor does an error
 * of `jose` that is about the token. Any other error says that this could not be decided.
 */
export type VerifyToken = (token: string) => VerifiedToken | boolean | Promise<VerifiedToken | boolean>;

/** What a token says, in the words of whoever verified it: any object but a promise, which says nothing yet. */
export type VerifiedToken = object & { readonly then?: undefined };

/** The credentials of an `authorization` header of the Bearer scheme; `undefined` for any other, and for two. */
export function bearerOf(request: IncomingRequest): string | undefined {
  // Hosts join two headers with a comma and a space, and no token has a space in it.
  return /^bearer +([\x21-\x7e]+)$/i.exec(request.header("authorization") ?? "")?.[1];
}

/**
 * What `jose` says of a token that is not to be trusted. Its other errors, and those of the network below it, say that
 * the keys could not be had: whoever sent the token may be right, so that is no refusal.
 */
const refusals: ReadonlySet<unknown> = new Set([
  "ERR_JOSE_ALG_NOT_ALLOWED",
  "ERR_JOSE_NOT_SUPPORTED",
  "ERR_JWE_DECRYPTION_FAILED",
  "ERR_JWE_INVALID",
  "ERR_JWKS_MULTIPLE_MATCHING_KEYS",
  "ERR_JWKS_NO_MATCHING_KEY",
  "ERR_JWS_INVALID",
  "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  "ERR_JWT_CLAIM_VALIDATION_FAILED",
  "ERR_JWT_EXPIRED",
  "ERR_JWT_INVALID",
]);

/**
 * Lets in who sends `authorization: Bearer <token>` with a token that `verify` accepts: a JWT, say, checked by the
 * library `jose`. A cluster of StateFun 3.3.0 sends no such header: this is for a proxy in front that adds it.
 *
 * A token that is refused is 401; a failure to decide (the keys cannot be fetched) is 500, which clusters retry, because
 * 401 fails a job on the OkHttp transport at once. A library that throws errors of its own for a bad token needs a
 * `verify` that catches those and returns `false`. Name the algorithms, the issuer and the audience.
 *
 * @throws StateFunError `invalid-argument` if `verify` is not a function
 *
 * @example
 * ```ts
 * import { createRemoteJWKSet, jwtVerify } from "jose";
 * import { bearerToken } from "statefun/authorize";
 *
 * const keys = createRemoteJWKSet(new URL("https://issuer.example/.well-known/jwks.json"));
 * export const authorize = bearerToken((token) =>
 *   jwtVerify(token, keys, { algorithms: ["ES256"], issuer: "https://issuer.example", audience: "statefun" }),
 * );
 * ```
 */
export function bearerToken(verify: VerifyToken): Authorize {
  if (typeof verify !== "function")
    throw invalid("bearerToken", "verify is not a function that takes a token");
  return async (request) => {
    const token = bearerOf(request);
    if (token === undefined) return refused(request, "no authorization header of the form Bearer <token>");
    let verified: unknown;
    try {
      verified = await verify(token);
    } catch (thrown) {
      const code = (thrown as { readonly code?: unknown } | null | undefined)?.code;
      if (!refusals.has(code)) throw thrown;
      return refused(request, `the token was refused (${String(code)})`);
    }
    if (verified === true || (typeof verified === "object" && verified !== null)) return true;
    return refused(request, "the token was refused");
  };
}
