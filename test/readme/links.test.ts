import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { filePaths } from "../../scripts/checks/source-files.js";
import { root } from "./program.js";

const documents = filePaths(root, ".", [".md"]);

test("every link between documents leads to a file, and to a heading of it", () => {
  const links = documents.flatMap((document) => linksOf(document));

  const broken = links.filter(({ file, heading }) => !leadsSomewhere(file, heading));

  expect(links.length).toBeGreaterThan(documents.length);
  expect(broken).toEqual([]);
});

interface Link {
  readonly document: string;
  /** The path it leads to, from the repository's folder. */
  readonly file: string;
  readonly heading: string;
}

/** The links of a document that stay within the repository. */
function linksOf(document: string): readonly Link[] {
  return [...prose(document).matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", heading = ""] = target.split("#", 2);
      return { document, file: file === "" ? document : path.join(path.dirname(document), file), heading };
    });
}

function leadsSomewhere(file: string, heading: string): boolean {
  if (!existsSync(path.join(root, file))) return false;
  return heading === "" || headingsOf(file).includes(heading);
}

/** The headings of a document, as the anchors that GitHub makes of them. */
function headingsOf(document: string): readonly string[] {
  return [...prose(document).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The text of a document without its code. */
function prose(document: string): string {
  return readFileSync(path.join(root, document), "utf8")
    .replace(/^(`{3,}|~{3,})[\s\S]*?^\1$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()`]/g, ""));
}
