import { StateFunError } from "../sdk/errors.js";

/** The error of a body with more than `limit` bytes. */
export function tooLarge(limit: number): StateFunError {
  return new StateFunError(
    "request-too-large",
    `the body of a request has more than ${String(limit)} bytes: raise maxRequestBytes, ` +
      "or lower maxNumBatchRequests of the endpoint in the module",
  );
}

/** The error of a body that broke off after `size` bytes. */
export function disconnected(size: number, cause?: unknown): StateFunError {
  return new StateFunError(
    "client-disconnected",
    `the client hung up after ${String(size)} bytes of its body; a cluster sends the batch again`,
    cause === undefined ? {} : { cause },
  );
}
