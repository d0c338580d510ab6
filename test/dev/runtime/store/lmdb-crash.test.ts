import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { openLmdbStore } from "../../../../dev/runtime/store/lmdb.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { randomOf } from "./random.js";

/** Lets a child write to `folder`, kills it once it has reported `reports` times, and gives its last report. */
async function writeAndKill(folder: string, sync: boolean, reports: number, seed: number): Promise<number> {
  const script = join(__dirname, "children", "write.ts");
  const child = spawn(
    process.execPath,
    ["--import", "tsx", script, folder, sync ? "sync" : "", seed.toString()],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
    if (output.split("\n").length > reports) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("close", resolve));
  expect(child.signalCode).toBe("SIGKILL");
  return Number(output.split("\n").at(-2));
}

test.each([
  ["that does not wait for the disk", false, 7],
  ["that waits for the disk", true, 4],
])("a store %s has every step it reported, and none by half, after SIGKILL", async (_, sync, kills) => {
  const seed = Date.now() % 1_000_000;
  const random = randomOf(seed);
  const folder = join(temporaryFolder(), "data");

  for (let kill = 0; kill < kills; kill++) {
    const reported = await writeAndKill(folder, sync, 1 + random(sync ? 60 : 400), seed);

    const store = await openLmdbStore({ folder, sync });
    const next = Number(store.get("meta", "next"));
    const outbox = [...store.scan("outbox")].map(([key, value]) => [key, Number(value)]);
    const mail = [...store.scan("mail")].map(([key]) => key);
    const state = [...store.scan("state")].map(([, value]) => Number.parseInt(value.toString(), 10));
    await store.close();

    // The seed is in the message, should this ever fail.
    expect({ seed, isThere: next > reported }).toEqual({ seed, isThere: true });
    expect(outbox).toEqual(Array.from({ length: next }, (__, step) => [step, step]));
    expect(mail).toEqual(outbox.slice(-20).map(([step]) => step));
    expect([...state].sort((a, b) => a - b)).toEqual(outbox.slice(-100).map(([step]) => step));
  }
});

test("space that removed entries took is used again", async () => {
  const folder = join(temporaryFolder(), "data");
  const store = await openLmdbStore({ folder });
  const sizes: number[] = [];

  for (let round = 0; round < 40; round++) {
    for (let key = 0; key < 50; key++)
      await store.commit([{ table: "mail", key, value: Buffer.alloc(10_000, round) }]);
    for (let key = 0; key < 50; key++) await store.commit([{ table: "mail", key, value: undefined }]);
    sizes.push(statSync(join(folder, "data.mdb")).size);
  }
  await store.close();

  expect(sizes.at(-1)).toBeLessThan(2 * (sizes[1] ?? 0));
});
