import { expect, test } from "@jest/globals";
import { ours } from "../../bench/contestants/ours.js";
import { verifyAnswers } from "../../bench/work/answers.js";
import { requestsFor } from "../../bench/work/requests.js";

const work = { name: "counter", batch: 10 } as const;

test("the right answers pass", async () => {
  const verified = verifyAnswers(work, requestsFor(work), [ours()]);

  await expect(verified).resolves.toBeUndefined();
});

test("an answer that differs in one value stops the bench", async () => {
  const [shorter = new Uint8Array(0)] = requestsFor({ name: "counter", batch: 1 });
  const wrong = { name: "wrong", answer: () => ours().answer(shorter) };

  const verified = verifyAnswers(work, requestsFor(work), [wrong]);

  await expect(verified).rejects.toThrow("wrong answers counter 10 otherwise than it should");
});
