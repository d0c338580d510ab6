import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { AppendFile } from "../../../../dev/runtime/ndjson/append-file.js";
import { temporaryFolder } from "../../temporary-folder.js";

const component = "example/out";

async function lastLineOf(content: string): Promise<{ last: string | undefined; left: string }> {
  const path = join(temporaryFolder(), "lines");
  writeFileSync(path, content);
  const file = await AppendFile.open({ component, path });
  const last = (await file.lastLine())?.toString();
  await file.close();
  return { last, left: readFileSync(path, "utf8") };
}

const long = "x".repeat(200_000);

test.each([
  ["an empty file", "", undefined, ""],
  ["half a line", "ab", undefined, ""],
  ["one line", "ab\n", "ab", "ab\n"],
  ["one line and half a line", "ab\ncd", "ab", "ab\n"],
  ["several lines", "ab\ncd\n", "cd", "ab\ncd\n"],
  ["an empty last line", "ab\n\n", "", "ab\n\n"],
  [
    "lines longer than what is read at a time",
    `${long}\n${long}é\n${long}`,
    `${long}é`,
    `${long}\n${long}é\n`,
  ],
])("of %s the half line is cut off, and the last line is found", async (_, content, last, left) => {
  expect(await lastLineOf(content)).toEqual({ last, left });
});

test("lines are appended behind those that are there", async () => {
  const path = join(temporaryFolder(), "lines");
  writeFileSync(path, "a\nhalf");

  const file = await AppendFile.open({ component, path });
  await file.append("b\nc\n", true);
  await file.append("é\n", false);
  const last = await file.lastLine();
  await file.close();

  expect(readFileSync(path, "utf8")).toBe("a\nb\nc\né\n");
  expect(last?.toString()).toBe("é");
});

test("a file that cannot be opened is an error that names it", async () => {
  const path = join(temporaryFolder(), "folder");
  mkdirSync(path);

  await expect(AppendFile.open({ component, path })).rejects.toMatchObject({
    code: "io-failed",
    component,
    message: expect.stringContaining(path),
  });
});

test("a full disk is an error, and what was there stays what there is", async () => {
  const file = await AppendFile.open({ component, path: "/dev/full" });

  await expect(file.append("a\n", false)).rejects.toMatchObject({
    code: "io-failed",
    message: expect.stringContaining("ENOSPC"),
  });
  expect(file.length).toBe(0);
  await file.close();
});
