import { expect, test } from "@jest/globals";
import { waitFor } from "../../../dev/cluster/wait-for.js";

const options = { what: "the broker to answer", limitMillis: 10_000 };

test("waiting yields the first answer there is", async () => {
  const answers = [undefined, undefined, "here"];

  await expect(waitFor(() => answers.shift(), options)).resolves.toBe("here");
});

test("when the limit passes, the error says what was waited for and why it may not have come", async () => {
  const explained = { ...options, limitMillis: 0, explain: () => "Last lines: disk full" };

  await expect(waitFor(() => undefined, explained)).rejects.toMatchObject({
    code: "time-out",
    message: "[time-out] Waited 0 s for the broker to answer.\nLast lines: disk full",
  });
});

test("waiting ends at once when it has become pointless", async () => {
  const check = (): never => {
    throw new Error("the broker died");
  };

  await expect(waitFor(() => undefined, { ...options, check })).rejects.toThrow("the broker died");
});

test("waiting ends when the signal aborts", async () => {
  await expect(waitFor(() => undefined, { ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "interrupted",
  });
});
