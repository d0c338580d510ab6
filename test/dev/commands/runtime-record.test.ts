import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import {
  readRuntimeRecord,
  removeRuntimeRecord,
  writeRuntimeRecord,
} from "../../../dev/commands/runtime-record.js";
import { temporaryFolder } from "../temporary-folder.js";

const record = {
  url: "http://127.0.0.1:1",
  token: "0123456789abcdef",
  pid: process.pid,
  accepts: { "example/person": ["example/Hello"] },
};

describe("the record of a running runtime", () => {
  test("is read back, until it is removed", () => {
    const folder = join(temporaryFolder(), "data");

    writeRuntimeRecord(folder, record);
    const read = readRuntimeRecord(folder);
    removeRuntimeRecord(folder);

    expect(read).toEqual(record);
    expect(readRuntimeRecord(folder)).toBeUndefined();
  });

  test("is for its user alone, since it holds the token", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "runtime.json"), "{}", { mode: 0o644 });

    writeRuntimeRecord(folder, record);

    expect(statSync(join(folder, "runtime.json")).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["whose process is gone", JSON.stringify({ ...record, pid: 2 ** 30 })],
    ["that is cut short", '{"url":"http'],
    ["that says something else", "null"],
  ])("%s does not count", (_, text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "runtime.json"), text);

    expect(readRuntimeRecord(folder)).toBeUndefined();
  });
});
