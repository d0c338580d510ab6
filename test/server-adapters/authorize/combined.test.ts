import { describe, expect, test } from "@jest/globals";
import { allOf, anyOf, type Authorize } from "statefun/authorize";
import { guarding, refusal } from "./guarded.js";

type Check = "yes" | "no" | "breaks";

const outcomes: readonly { checks: readonly Check[]; all: number; any: number }[] = [
  { checks: ["yes"], all: 200, any: 200 },
  { checks: ["no"], all: 401, any: 401 },
  { checks: ["yes", "yes"], all: 200, any: 200 },
  { checks: ["yes", "no"], all: 401, any: 200 },
  { checks: ["no", "yes"], all: 401, any: 200 },
  { checks: ["no", "no"], all: 401, any: 401 },
  { checks: ["breaks", "yes"], all: 500, any: 200 },
  { checks: ["yes", "breaks"], all: 500, any: 200 },
  { checks: ["no", "breaks"], all: 401, any: 500 },
  { checks: ["breaks", "no"], all: 500, any: 500 },
];

describe("checks, combined", () => {
  test.each(outcomes)("$checks: allOf answers $all and anyOf $any", async ({ checks, all, any }) => {
    const statusOf = async (authorize: Authorize): Promise<number> =>
      (await guarding(authorize, (port) => refusal(port, {}))).result.response.status;

    const statuses = [
      await statusOf(allOf(...checks.map(checkThat))),
      await statusOf(anyOf(...checks.map(checkThat))),
    ];

    expect(statuses).toEqual([all, any]);
  });

  test("the first failure is the one that anyOf reports", async () => {
    const { codes, reports } = await guarding(
      anyOf(breaking("the first"), breaking("the second")),
      async (port) => refusal(port, {}),
    );

    expect(codes).toEqual(["function-failed"]);
    expect(reports).toContain("authorize threw: the first");
  });

  test.each([
    { name: "allOf", combined: allOf },
    { name: "anyOf", combined: anyOf },
  ])("$name of nothing, or of something that is no check, is refused when defined", ({ name, combined }) => {
    expect(() => combined()).toThrow(`[invalid-argument] ${name}: got no check`);
    expect(() => combined(JSON.parse("{}") as Authorize)).toThrow(
      `[invalid-argument] ${name}: got a check that is not a function`,
    );
  });
});

function checkThat(says: Check): Authorize {
  if (says === "breaks") return breaking("broken");
  return () => Promise.resolve(says === "yes");
}

function breaking(message: string): Authorize {
  return () => Promise.reject(new Error(message));
}
