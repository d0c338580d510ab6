import { describe, expect, test } from "@jest/globals";
import { compressionOf } from "../../server-adapters/content-encoding.js";

describe("compressionOf", () => {
  test.each([
    { encoding: undefined, compression: undefined },
    { encoding: "", compression: undefined },
    { encoding: " Identity ", compression: undefined },
    { encoding: "gzip", compression: "gzip" },
    { encoding: "X-GZIP", compression: "gzip" },
    { encoding: "deflate\t", compression: "deflate" },
  ])("takes $encoding for $compression", ({ encoding, compression }) => {
    expect(compressionOf(encoding)).toBe(compression);
  });

  test.each(["br", "gzip, gzip", "constructor", "__proto__", "toString", "hasOwnProperty"])(
    "refuses %j, and says what to send",
    (encoding) => {
      expect(() => compressionOf(encoding)).toThrow(
        `[unsupported-media-type] the body has content-encoding ${JSON.stringify(encoding)}: send it plain`,
      );
    },
  );
});
