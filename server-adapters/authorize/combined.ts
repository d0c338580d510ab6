import type { Authorize } from "../answer.js";
import { invalid } from "./secrets.js";

/**
 * Lets in what all of the checks let in, asked one after another up to the first that does not.
 *
 * Do not join checks with `&&`: a promise counts as true there, and only the last check would be left.
 *
 * @throws StateFunError `invalid-argument` if there is no check, or one is not a function
 *
 * @example
 * ```ts
 * import { allOf, clientCertificate, pathSecret } from "statefun/authorize";
 *
 * export const authorize = allOf(
 *   clientCertificate({ commonName: "flink" }),
 *   pathSecret(process.env["STATEFUN_SECRET"] ?? ""),
 * );
 * ```
 */
export function allOf(...checks: readonly Authorize[]): Authorize {
  requireChecks("allOf", checks);
  return async (request) => {
    for (const check of checks) {
      // Anything but true is a refusal, here as everywhere.
      if (((await check(request)) as unknown) !== true) return false;
    }
    return true;
  };
}

/**
 * Lets in what one of the checks lets in, asked one after another up to the first that does: to change from one way of
 * authorizing to another, say.
 *
 * A check that cannot decide does not keep the others from it. Where none lets the request in, what the first of those
 * threw is thrown.
 *
 * @throws StateFunError `invalid-argument` if there is no check, or one is not a function
 */
export function anyOf(...checks: readonly Authorize[]): Authorize {
  requireChecks("anyOf", checks);
  return async (request) => {
    const thrown: unknown[] = [];
    for (const check of checks) {
      try {
        if (((await check(request)) as unknown) === true) return true;
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw thrown[0];
    return false;
  };
}

function requireChecks(where: string, checks: readonly unknown[]): void {
  if (checks.length === 0) throw invalid(where, "got no check");
  if (checks.some((check) => typeof check !== "function"))
    throw invalid(where, "got a check that is not a function");
}
