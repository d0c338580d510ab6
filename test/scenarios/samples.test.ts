import { describe, expect, test } from "@jest/globals";
import { fromHex, hex } from "../support/hex.js";
import { answerTo, CarriedTimes } from "./answer.js";
import { httpAnswer } from "./http-answer.js";
import { readBatch } from "./batch.js";
import { assertKnownForms } from "./known-forms.js";
import { scenarios } from "./scenario.js";

describe("the scripted function answers as the one did that was recorded", () => {
  test.each(scenarios.filter(({ samples }) => samples.length > 0))("$name", (scenario) => {
    const carried = new CarriedTimes();
    const functions = { ...scenario.functions };
    for (const { requestHex, answerHex } of scenario.samples) {
      const { body, shape } = answerTo(readBatch(fromHex(requestHex)), functions, carried);

      // Samples of large or dropped answers have none.
      if (answerHex !== undefined) expect(hex(httpAnswer(body, shape).content)).toBe(answerHex);
    }
  });
});

describe("the replay knows every form in the file", () => {
  test.each(scenarios)("$name", (scenario) => {
    assertKnownForms(scenario);
  });
});
