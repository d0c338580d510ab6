import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { serializedTypedValue, textBytes } from "statefun/wire";
import type { OutboxRecord } from "../../../../dev/runtime/egress/egress.js";
import {
  playgroundEgress,
  type PlaygroundEgress,
  type PlaygroundEgressOptions,
} from "../../../../dev/runtime/egress/playground.js";
import { temporaryFolder } from "../../temporary-folder.js";

const open: PlaygroundEgress[] = [];

afterEach(async () => {
  for (const egress of open.splice(0)) await egress.close();
});

async function opened(options: Partial<PlaygroundEgressOptions> = {}): Promise<PlaygroundEgress> {
  const egress = playgroundEgress({ port: 0, topics: ["greetings", "farewells"], ...options });
  open.push(egress);
  await egress.open();
  return egress;
}

const typename = "io.statefun.playground/EgressRecord";

function record(sequence: number, topic: string, payload: string): OutboxRecord {
  return {
    sequence,
    argument: serializedTypedValue(typename, textBytes(JSON.stringify({ topic, payload }))),
  };
}

async function pop(egress: PlaygroundEgress, topic: string): Promise<string | number> {
  const response = await fetch(`${egress.url}/${topic}`);
  return response.status === 200 ? response.text() : response.status;
}

test("a server that listens by itself answers through a stop of the runtime, and loses nothing", async () => {
  const egress = playgroundEgress({
    port: 0,
    topics: ["greetings"],
    file: join(temporaryFolder(), "queues.log"),
  });
  open.push(egress);
  await egress.listen?.();
  await egress.open();
  await egress.deliver([record(1, "greetings", "a")]);

  await egress.close();
  const whileStopped = await pop(egress, "greetings");
  await egress.open();
  const after = await pop(egress, "greetings");
  await egress.close();
  await egress.stopListening?.();

  expect([whileStopped, after]).toEqual([503, "a"]);
  await expect(fetch(`${egress.url}/greetings`)).rejects.toThrow();
});

describe("D50: records", () => {
  test("are fetched once each, in the order of their topic, as text", async () => {
    const egress = await opened();
    await egress.deliver([
      record(1, "greetings", "a"),
      record(2, "farewells", "b"),
      record(3, "greetings", "é\n"),
    ]);

    const fetched = [];
    for (const topic of ["greetings", "greetings", "greetings", "farewells", "farewells"]) {
      fetched.push(await pop(egress, topic));
    }

    expect(fetched).toEqual(["a", "é\n", 404, "b", 404]);
  });

  test("of a topic that is not listed are 405, as is every other method", async () => {
    const egress = await opened();

    const unlisted = await fetch(`${egress.url}/others`);
    const posted = await fetch(`${egress.url}/greetings`, { method: "POST", body: "x" });

    expect([unlisted.status, posted.status, posted.headers.get("allow")]).toEqual([405, 405, "GET"]);
    expect(await unlisted.json()).toMatchObject({ detail: expect.stringContaining("greetings, farewells") });
  });

  test("are fetched once, however many fetch at the same time", async () => {
    const egress = await opened({ file: join(temporaryFolder(), "queues.ndjson") });
    await egress.deliver(Array.from({ length: 50 }, (_, at) => record(at, "greetings", String(at))));

    const fetched = await Promise.all(Array.from({ length: 60 }, () => pop(egress, "greetings")));

    expect(
      fetched
        .filter((one) => one !== 404)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 50 }, (_, at) => at));
  });
});

describe("a record is refused", () => {
  test.each([
    ["another typename", "example/record", '{"topic":"greetings","payload":"a"}', "has the typename"],
    ["no JSON", typename, "{", "is not JSON"],
    ["bytes that are not UTF-8", typename, "\xff", "is not JSON"],
    ["another member", typename, '{"topic":"greetings","payload":"a","key":"k"}', "other members"],
    ["no payload", typename, '{"topic":"greetings"}', "other members"],
    ["a payload that is no text", typename, '{"topic":"greetings","payload":1}', "no text"],
    ["a list", typename, '["greetings","a"]', "other members"],
    ["a topic that is not listed", typename, '{"topic":"others","payload":"a"}', 'for the topic "others"'],
  ])("that has %s", async (_, name, text, why) => {
    const egress = await opened();
    const argument = serializedTypedValue(name, Buffer.from(text, "latin1"));

    expect(() => {
      egress.check(argument);
    }).toThrow(expect.objectContaining({ code: "invalid-record", message: expect.stringContaining(why) }));
  });

  test("and one as it should be is not", async () => {
    const egress = await opened();

    expect(() => {
      egress.check(record(1, "greetings", "a").argument);
    }).not.toThrow();
  });
});

describe("a full topic", () => {
  test("drops what comes, says so once, and takes records again once there is room", async () => {
    const warnings: string[] = [];
    const egress = await opened({ mostQueued: 2, warn: (sentence) => warnings.push(sentence) });

    await egress.deliver([1, 2, 3, 4].map((at) => record(at, "greetings", String(at))));
    await egress.deliver([record(5, "greetings", "5"), record(6, "farewells", "6")]);
    const first = await pop(egress, "greetings");
    await egress.deliver([record(7, "greetings", "7")]);
    const rest = [
      await pop(egress, "greetings"),
      await pop(egress, "greetings"),
      await pop(egress, "farewells"),
    ];

    expect(first).toBe("1");
    expect(rest).toEqual(["2", "7", "6"]);
    expect(warnings).toEqual([expect.stringContaining('2 records wait in the topic "greetings"')]);
  });
});

describe("queues in a file", () => {
  test("survive the process, whatever it was doing: fetched records stay fetched, the others wait", async () => {
    const file = join(temporaryFolder(), "queues.ndjson");
    const first = await opened({ file });
    await first.deliver([1, 2, 3].map((at) => record(at, "greetings", String(at))));
    await pop(first, "greetings");
    await first.close();
    appendFileSync(file, '{"sequence":4,"topic":"gree');

    const second = await opened({ file });
    const last = await second.open();
    const fetched = [
      await pop(second, "greetings"),
      await pop(second, "greetings"),
      await pop(second, "greetings"),
    ];

    expect(last).toBe(3);
    expect(fetched).toEqual(["2", "3", 404]);
  });

  test("remember the last record even if it was dropped", async () => {
    const file = join(temporaryFolder(), "queues.ndjson");
    const first = await opened({ file, mostQueued: 1, warn: () => undefined });
    await first.deliver([record(1, "greetings", "1"), record(9, "greetings", "9")]);
    await first.close();

    expect(await (await opened({ file })).open()).toBe(9);
  });

  test("are written anew when most of the file says nothing any more", async () => {
    const file = join(temporaryFolder(), "queues.ndjson");
    const first = await opened({ file });
    const records = 600;
    await first.deliver(Array.from({ length: records }, (_, at) => record(at, "greetings", String(at))));
    for (let fetched = 0; fetched < records - 2; fetched += 100) {
      await Promise.all(
        Array.from({ length: Math.min(100, records - 2 - fetched) }, () => pop(first, "greetings")),
      );
    }
    await first.close();

    const lines = readFileSync(file, "utf8").split("\n").length;
    const second = await opened({ file });
    const fetched = [
      await pop(second, "greetings"),
      await pop(second, "greetings"),
      await pop(second, "greetings"),
    ];

    expect(lines).toBeLessThan(records);
    expect(fetched).toEqual(["598", "599", 404]);
    expect(await second.open()).toBe(records - 1);
  });

  test("keep what waits in a topic that the module does not list any more", async () => {
    const file = join(temporaryFolder(), "queues.ndjson");
    const first = await opened({ file });
    await first.deliver([record(1, "farewells", "1")]);
    await first.close();

    const without = await opened({ file, topics: ["greetings"] });
    const unlisted = await pop(without, "farewells");
    await without.close();
    const again = await opened({ file });

    expect(unlisted).toBe(405);
    expect(await pop(again, "farewells")).toBe("1");
  });

  test("that hold something else are refused and left alone", async () => {
    const file = join(temporaryFolder(), "queues.ndjson");
    writeFileSync(file, '{"sequence":1,"topic":"greetings","text":"1"}\n{"note":1}\n');

    await expect(playgroundEgress({ port: 0, topics: ["greetings"], file }).open()).rejects.toMatchObject({
      code: "io-failed",
      message: expect.stringContaining(`line 2 of ${file} is no line of a queue`),
    });
    expect(readFileSync(file, "utf8")).toContain('{"note":1}');
  });
});

test("the port stays the same when the egress is opened again", async () => {
  const egress = await opened();
  const { url } = egress;

  await egress.close();
  await egress.open();

  expect(egress.url).toBe(url);
  expect(await pop(egress, "greetings")).toBe(404);
});
