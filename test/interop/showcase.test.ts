import { describe, expect, test } from "@jest/globals";
import { languages, playgrounds } from "./playground.js";

describe.each(languages)("the showcase in $language", ({ command }) => {
  const start = playgrounds("showcase", command("showcase"));

  /** The showcase of one address, told one command after the other. */
  async function started() {
    const playground = await start();
    const tell = (what: string): Promise<void> =>
      playground.send("interop/showcase/me", "interop/Command", { do: what });
    return { playground, tell };
  }

  test("keeps state, and forgets it when told to", async () => {
    const { playground, tell } = await started();

    for (const what of ["count", "count", "forget", "count"]) await tell(what);
    const records = await playground.take("showcase", 3);

    expect(records).toEqual(["me counted 1", "me counted 2", "me counted 1"]);
  });

  test("sends primitives of every type to a function that answers its caller", async () => {
    const { playground, tell } = await started();

    await tell("ask");
    const records = await playground.take("showcase", 4);

    expect(records).toEqual([
      "me heard boolean true",
      "me heard int 7",
      "me heard float 1.5",
      "me heard string seven",
    ]);
  });

  test("gets its delayed message, and none that was cancelled", async () => {
    const { playground, tell } = await started();

    await tell("remind late");
    await tell("cancel");
    const cancelled = await playground.take("showcase", 1);
    await tell("remind soon");
    const reminded = await playground.take("showcase", 1);

    expect([...cancelled, ...reminded]).toEqual(["me cancelled", "me counted 1"]);
  });
});
