import { describe, expect, test } from "@jest/globals";
import { languages, playgrounds } from "./playground.js";

describe.each(languages)("the greeter in $language", ({ command }) => {
  const start = playgrounds("greeter", command("greeter"));

  test("greets each person with the number of visits, also after a restart of the runtime", async () => {
    const playground = await start();

    for (const name of ["Ada", "Ada", "Grace"]) {
      await playground.send(`interop/person/${name}`, "interop/Hello", { name });
    }
    const before = await playground.take("greetings", 3);
    await playground.restart();
    await playground.send("interop/person/Ada", "interop/Hello", { name: "Ada" });
    const after = await playground.take("greetings", 1);

    expect([...before].sort()).toEqual(["Hello Ada, visit 1", "Hello Ada, visit 2", "Hello Grace, visit 1"]);
    expect(before.indexOf("Hello Ada, visit 1")).toBeLessThan(before.indexOf("Hello Ada, visit 2"));
    expect(after).toEqual(["Hello Ada, visit 3"]);
  });

  test("counts 200 visits of 20 people without losing or doubling one", async () => {
    const playground = await start();
    const names = Array.from({ length: 20 }, (_, index) => `person-${String(index)}`);

    await Promise.all(
      names.map(async (name) => {
        for (let visit = 0; visit < 10; visit += 1) {
          await playground.send(`interop/person/${name}`, "interop/Hello", { name });
        }
      }),
    );
    const greetings = await playground.take("greetings", 200);

    const expected = names.flatMap((name) =>
      Array.from({ length: 10 }, (_, index) => `Hello ${name}, visit ${String(index + 1)}`),
    );
    expect([...greetings].sort()).toEqual([...expected].sort());
    expect(await playground.takeAll("greetings")).toEqual([]);
  });
});
