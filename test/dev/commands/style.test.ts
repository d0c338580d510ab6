import { describe, expect, test } from "@jest/globals";
import {
  aligned,
  columns,
  plain,
  printable,
  shortened,
  styleFor,
  table,
} from "../../../dev/commands/style.js";

describe("colour", () => {
  test.each([
    ["a terminal", { isTTY: true }, {}, true],
    ["a pipe", { isTTY: false }, {}, false],
    ["a file", {}, {}, false],
    ["a terminal with NO_COLOR", { isTTY: true }, { NO_COLOR: "1" }, false],
    ["a terminal with an empty NO_COLOR", { isTTY: true }, { NO_COLOR: "" }, true],
    ["a dumb terminal", { isTTY: true }, { TERM: "dumb" }, false],
  ])("for %s is used: %p %p %p", (_, stream, env, coloured) => {
    const text = styleFor(stream, env)("red", "stopped");

    expect(text !== "stopped").toBe(coloured);
    expect(columns(text)).toBe(7);
  });
});

describe("text of unknown origin", () => {
  test.each([
    ["Ada", "Ada"],
    ["läßt 🛒", "läßt 🛒"],
    ["a\nb", "a\\u000ab"],
    ["\u001b[2Jgone", "\\u001b[2Jgone"],
    ["\u202eback", "\\u202eback"],
  ])("%j is printed as %j", (text, printed) => {
    expect(printable(text)).toBe(printed);
  });

  test("is cut by characters, not in the middle of one", () => {
    expect([shortened("🛒🛒🛒", 2), shortened("🛒🛒🛒", 3)]).toEqual(["🛒…", "🛒🛒🛒"]);
  });
});

describe("a table", () => {
  test("aligns its columns whatever colours they have, and leaves no spaces behind", () => {
    const style = styleFor({ isTTY: true }, {});

    const lines = aligned([
      [style("green", "runs"), "person"],
      ["stopped", ""],
    ]);

    expect(lines).toEqual([`${style("green", "runs")}     person`, "stopped"]);
  });

  test("has its heads above", () => {
    expect(table(["id", "state"], [["Ada", "1"]], plain)).toEqual(["id   state", "Ada  1"]);
  });
});
