import { expect, test } from "@jest/globals";
import { brokenLinks } from "../../../scripts/checks/links.js";

test("brokenLinks finds links to files that do not exist, relative to the document", () => {
  const text = [
    "[here](serving.md#status) [there](../README.md) [host](https://example.com/x) [self](#part)",
    "```md",
    "[in a fence](nowhere.md)",
    "```",
    "`[Greet.typename](context, greet)`",
    "![gone](images/gone.png)",
  ].join("\n");
  const files = new Set(["docs/serving.md", "README.md"]);

  const found = brokenLinks({ path: "docs/guide.md", text }, (file) => files.has(file));

  expect(found).toEqual(["docs/guide.md:6: links to images/gone.png, which does not exist"]);
});
