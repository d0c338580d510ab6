import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { version } from "../../dev/version.js";

test("the version the command prints is the package's", () => {
  const manifest = JSON.parse(readFileSync("dev/package.json", "utf8")) as { readonly version: string };

  expect(version).toBe(manifest.version);
});
