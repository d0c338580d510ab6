import path from "node:path";
import { expect, test } from "@jest/globals";
import { anyTypes } from "../../scripts/checks/any-types.js";
import { typeScriptFiles } from "../../scripts/checks/source-files.js";

test("the packages write `any` where nothing else stands above a type, and nowhere more", () => {
  const files = typeScriptFiles(path.resolve(__dirname, "../.."));
  const published = files.filter((file) => /^(sdk|server-adapters|proto|dev)\//.test(file.path));

  expect(anyTypes(published)).toEqual([
    "sdk/address.ts: Address",
    "sdk/context.ts: Context",
    "sdk/storage/value-spec.ts: AnyValueSpec",
    "sdk/values/type.ts: AnyType",
  ]);
});

test("the check names the declaration around each `any`, and skips comments", () => {
  const text =
    "// any\nexport type Loose = any;\nfunction f(): void { const x: any = 1; }\nconst list: any[] = [];";

  expect(anyTypes([{ path: "sdk/a.ts", text }])).toEqual([
    "sdk/a.ts: Loose",
    "sdk/a.ts: x",
    "sdk/a.ts: list",
  ]);
});
