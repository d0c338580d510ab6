import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { openLmdbStore } from "../../../../dev/runtime/store/lmdb.js";
import { storeVersion } from "../../../../dev/runtime/store/store-folder.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { randomOf } from "./random.js";

/** A folder with a closed store of two hundred addresses and one large value. */
async function closedStore(): Promise<string> {
  const folder = join(temporaryFolder(), "data");
  const store = await openLmdbStore({ folder });
  const addresses = Array.from({ length: 200 }, (_, key) => `1/address-${key.toString()}`);
  for (const key of addresses) await store.commit([{ table: "state", key, value: Buffer.alloc(300, key) }]);
  await store.commit([{ table: "state", key: "2/large", value: Buffer.alloc(100_000, 1) }]);
  await store.close();
  return folder;
}

/** Every file of a folder with its bytes. */
function contentOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("base64")]),
  );
}

function randomBytes(length: number, seed = length): Buffer {
  const random = randomOf(seed);
  return Buffer.from(Array.from({ length }, () => random(256)));
}

async function expectRefusal(folder: string, code: string): Promise<string> {
  const before = contentOf(folder);

  const error: unknown = await openLmdbStore({ folder }).then(
    () => "it was opened",
    (reason: unknown) => reason,
  );

  expect(error).toMatchObject({ code });
  expect(contentOf(folder)).toEqual(before);
  return String(error);
}

describe("the data folder", () => {
  test("keeps what was committed from one opening to the next", async () => {
    const folder = await closedStore();

    const store = await openLmdbStore({ folder });

    expect(store.count("state")).toBe(201);
    await store.close();
  });

  test("is given to one store at a time in this process", async () => {
    const folder = join(temporaryFolder(), "data");
    const store = await openLmdbStore({ folder });

    const second = openLmdbStore({ folder });

    await expect(second).rejects.toMatchObject({ code: "store-in-use" });
    await expect(second).rejects.toThrow("is open in this process already: close that store");
    await store.close();
  });

  test("is given to one process at a time: a second is told who has it, and what to do", async () => {
    const folder = join(temporaryFolder(), "data");
    const child = spawn(process.execPath, [
      "--import",
      "tsx",
      join(__dirname, "children", "write.ts"),
      folder,
    ]);
    await new Promise((resolve) => child.stdout.once("data", resolve));

    const second = openLmdbStore({ folder });

    await expect(second).rejects.toMatchObject({ code: "store-in-use" });
    await expect(second).rejects.toThrow(`in use by process ${String(child.pid)}: stop that process`);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    const store = await openLmdbStore({ folder }); // its lock file is still there
    expect(store.count("outbox")).toBeGreaterThan(0);
    await store.close();
  });

  test("is taken over from a process that has ended", async () => {
    const folder = await closedStore();
    writeFileSync(join(folder, "lock"), JSON.stringify({ pid: 2 ** 30, startTime: "1" }));
    writeFileSync(join(folder, "data.mdb-lock"), randomBytes(8192));

    const store = await openLmdbStore({ folder });

    expect(store.count("state")).toBe(201);
    await store.close();
    expect(readdirSync(folder)).not.toContain("lock");
  });

  test("is given to another process once this one has closed it", async () => {
    const folder = await closedStore();
    const child = spawn(
      process.execPath,
      ["--import", "tsx", join(__dirname, "children", "count.ts"), folder],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));

    await new Promise((resolve) => child.once("close", resolve));

    expect(output).toBe("201\n");
  });

  test("of a newer version is left alone", async () => {
    const folder = await closedStore();
    const path = join(folder, "store.json");
    const newer = (storeVersion + 1).toString();
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(`"version":${storeVersion.toString()}`, `"version":${newer}`),
    );

    const message = await expectRefusal(folder, "store-too-new");

    expect(message).toContain(`has version ${newer}, and this program knows ${storeVersion.toString()}`);
  });

  test("that holds files of something else is left alone", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "thesis.txt"), "all my work");

    const message = await expectRefusal(folder, "store-damaged");

    expect(message).toContain("thesis.txt");
    expect(message).toContain("Choose an empty folder");
  });

  test("may be empty, or not be there", async () => {
    const folder = join(temporaryFolder(), "a", "b");
    mkdirSync(folder, { recursive: true });

    for (const place of [folder, join(folder, "c")]) {
      const store = await openLmdbStore({ folder: place });
      await store.close();
      expect(readdirSync(place)).toContain("store.json");
    }
  });

  test("in which a first start ended half way begins anew", async () => {
    const folder = await closedStore();
    const path = join(folder, "store.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"complete":true', '"complete":false'));
    truncateSync(join(folder, "data.mdb"), 5000);

    const store = await openLmdbStore({ folder });

    expect(store.count("state")).toBe(0);
    await store.close();
  });

  test("that is a file is refused", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "text");

    await expect(openLmdbStore({ folder: path })).rejects.toMatchObject({ code: "store-damaged" });
    expect(readFileSync(path, "utf8")).toBe("text");
  });
});

describe("a damaged store is refused, with nothing changed, when", () => {
  test.each(["data.mdb", "store.json"])("%s is of random bytes", async (name) => {
    for (const length of [1, 100, 4096, 8192, 50_000]) {
      const folder = await closedStore();
      writeFileSync(join(folder, name), randomBytes(length));

      await expectRefusal(folder, "store-damaged");
    }
  });

  test.each(["data.mdb", "store.json"])("%s is empty", async (name) => {
    const folder = await closedStore();
    truncateSync(join(folder, name), 0);

    await expectRefusal(folder, "store-damaged");
  });

  test("a lone file of random bytes is in the folder", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "data.mdb"), randomBytes(20_000));

    await expectRefusal(folder, "store-damaged");
  });

  test("its file is gone", async () => {
    const folder = await closedStore();
    rmSync(join(folder, "data.mdb"));

    await expectRefusal(folder, "store-damaged");
  });

  test("its file is cut at any of many lengths", async () => {
    const random = randomOf(7);
    const folder = await closedStore();
    const path = join(folder, "data.mdb");
    const whole = readFileSync(path);
    const lengths = [1, 23, 100, 168, 4095, 4096, 4200, 8191, 8192, 12_288, whole.length - 4096];
    for (let at = 0; at < 60; at++) lengths.push(random(whole.length - 4096));

    for (const length of lengths) {
      writeFileSync(path, whole.subarray(0, length));
      await expectRefusal(folder, "store-damaged");
    }
  });

  test("a page that is in use holds random bytes", async () => {
    const folder = await closedStore();
    const path = join(folder, "data.mdb");
    const whole = readFileSync(path);
    const pages = whole.length / 4096;

    let refused = 0;
    for (let page = 0; page < pages; page++) {
      const hurt = Buffer.from(whole);
      randomBytes(4096, page).copy(hurt, page * 4096);
      writeFileSync(path, hurt);
      const isRefused = await openLmdbStore({ folder }).then(
        async (store) => {
          // What was hurt was free, or the inside of a large value.
          const entries = [...store.scan("state")];
          expect(entries).toHaveLength(201);
          await store.close();
          return false;
        },
        (error: unknown) => {
          expect(error).toMatchObject({ code: "store-damaged" });
          return true;
        },
      );
      if (isRefused) refused++;
    }

    expect(refused).toBeGreaterThan(15);
  });
});
