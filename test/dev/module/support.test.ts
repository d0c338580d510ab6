import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { kafkaProperties } from "../../../dev/module/kafka-properties.js";
import { kinds, transportTypes } from "../../../dev/module/kinds.js";
import { support } from "../../../dev/module/support.js";
import { surplusFields } from "../../../dev/module/surplus-fields.js";

/** The document, its sections by their headings, without the blanks that pad tables. */
const sections = new Map(
  readFileSync(path.join(__dirname, "../../../docs/modules.md"), "utf8")
    .split(/^#+ /m)
    .map((section) => [section.split("\n")[0] ?? "", section.replaceAll(/ +/g, " ")] as const),
);

function sectionOf(part: string): string {
  return [...sections].find(([heading]) => heading.includes(part))?.[1] ?? "";
}

describe("the table of kinds and fields", () => {
  test("has a row for every kind and transport, and each field once", () => {
    const all = [...Object.values(kinds), ...Object.values(transportTypes)];
    const named = support.filter(({ field }) => field === "").map(({ kind }) => kind);
    const keys = support.map(({ kind, field }) => `${kind} ${field}`);

    expect([...named].sort()).toEqual([...all].sort());
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("says why of everything that is refused or ignored", () => {
    expect(support.filter(({ use, because }) => use !== "honoured" && because === "")).toEqual([]);
  });

  test("is in docs/modules.md, row by row, under the heading of its kind", () => {
    const missing = support
      .filter(({ field }) => field !== "")
      .filter(({ kind, field, use, because }) => {
        const meaning = use === "refused" || because === "" ? "" : ` ${because}`;
        return !sectionOf(kind).includes(`| \`${field}\` | ${use} |${meaning} |`);
      });

    expect(missing).toEqual([]);
  });

  test("has a row of Kafka's properties for each in docs/modules.md", () => {
    const heading = {
      both: "Properties of both",
      ingress: "Properties of an ingress",
      egress: "Properties of an egress",
    };

    const missing = kafkaProperties.filter(
      ({ of, key, use, because }) =>
        !sectionOf(heading[of])
          .split("\n")
          .some((line) => line.startsWith(`| \`${key}\` | ${use} |`) && line.endsWith(`| ${because} |`)),
    );

    expect(missing).toEqual([]);
  });

  test("makes a warning of what it calls ignored, and of what it does not know", () => {
    const spec = {
      functions: "a/*",
      transport: { type: transportTypes.async, timeouts: { read: "1s" }, pool_sise: 1 },
      topic: {},
    };

    const messages = surplusFields(kinds.endpointV2, spec).map(
      ({ path: at, message }) => `${at.join(".")}: ${message}`,
    );

    expect(messages).toEqual([
      "topic: there is no such field, and it has no effect.",
      "transport.timeouts.read: it has no effect: the transport async has no such timeout.",
      "transport.pool_sise: there is no such field, and it has no effect. Did you mean pool_size?",
    ]);
  });
});
