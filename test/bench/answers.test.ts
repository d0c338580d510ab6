import { describe, expect, test } from "@jest/globals";
import { awaitingCodec, codec } from "../../bench/contestants/codec.js";
import { generated } from "../../bench/contestants/generated.js";
import { official } from "../../bench/contestants/official.js";
import { ours } from "../../bench/contestants/ours.js";
import { readerWriter } from "../../bench/contestants/reader-writer.js";
import { verifyAnswers } from "../../bench/work/answers.js";
import { batchSizes, functionNames } from "../../bench/work/contract.js";
import { requestsFor } from "../../bench/work/requests.js";

describe.each(functionNames)("%s", (name) => {
  test.each(batchSizes)("is answered alike by every contestant, %i invocations a batch", async (batch) => {
    const contestants = [
      ours(),
      official(),
      codec(name),
      awaitingCodec(name),
      generated(name),
      readerWriter(name),
    ];
    const work = { name, batch };

    await expect(verifyAnswers(work, requestsFor(work), contestants)).resolves.toBeUndefined();
  });
});

test("an answer that differs in one value stops the bench", async () => {
  const [shorter = new Uint8Array(0)] = requestsFor({ name: "counter", batch: 9 });
  const wrong = { name: "wrong", answer: () => ours().answer(shorter) };

  const verified = verifyAnswers(
    { name: "counter", batch: 10 },
    requestsFor({ name: "counter", batch: 10 }),
    [wrong],
  );

  await expect(verified).rejects.toThrow("wrong answers counter 10 otherwise than it should");
});
