import { StateFunError } from "../sdk/errors.js";

/** The ways in which a body may be compressed; "deflate" is the zlib format, as HTTP means it. */
export type Compression = "gzip" | "deflate";

/**
 * How a body is compressed, by the value of its `content-encoding`; `undefined` if it is not.
 *
 * @throws StateFunError `unsupported-media-type` for an encoding that is not undone here
 */
export function compressionOf(encoding: string | undefined): Compression | undefined {
  if (encoding === undefined) return undefined; // most have none
  switch (encoding.trim().toLowerCase()) {
    case "":
    case "identity":
      return undefined;
    case "gzip":
    case "x-gzip":
      return "gzip";
    case "deflate":
      return "deflate";
    default:
      throw new StateFunError(
        "unsupported-media-type",
        `the body has content-encoding ${JSON.stringify(encoding.slice(0, 80))}: send it plain, or as gzip or deflate`,
      );
  }
}

/** The error of a body whose bytes are not what its `content-encoding` says. */
export function notCompressed(compression: Compression, cause: unknown): StateFunError {
  return new StateFunError(
    "malformed-request",
    `the body of a request is not ${compression}, though its content-encoding says so`,
    { cause },
  );
}
