import { appendFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { fileIngress } from "../../../../dev/runtime/ingress/file.js";
import type { Ingress } from "../../../../dev/runtime/ingress/ingress.js";
import { eventually } from "../../eventually.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { admittedText } from "./admitted-text.js";
import { StoreGate } from "./store-gate.js";

const id = "example/in";
const open: Ingress[] = [];

afterEach(async () => {
  for (const ingress of open.splice(0)) await ingress.close();
});

function temporaryFile(content: string): string {
  const path = join(temporaryFolder(), "in.ndjson");
  writeFileSync(path, content);
  return path;
}

function fileAt(path: string, follow = false): Ingress {
  const ingress = fileIngress({ id, path, follow });
  open.push(ingress);
  return ingress;
}

const line = (to: string, value: unknown = to): string =>
  `${JSON.stringify({ target: `a/b/${to}`, typename: "example/m", value })}\n`;

const ids = (gate: StoreGate): string[] => gate.admitted.map((message) => message.id);

test("lines become messages, in order", async () => {
  const path = temporaryFile(
    [
      '{"target":"a/b/1","typename":"example/m","value":{"n":1}}',
      "",
      '{"target":"a/b/x/y/","typename":"io.statefun.types/string","text":"Ada"}\r',
      '{"target":"a/b/2","typename":"example/m","base64":"AAH/"}',
    ].join("\n"),
  );
  const gate = new StoreGate();

  await fileAt(path).start(gate);
  await eventually("all are admitted", () => gate.admitted.length === 3);

  expect(gate.admitted.map(admittedText)).toEqual([
    'a/b 1 example/m {"n":1}',
    "a/b x/y/ io.statefun.types/string \n\x03Ada",
    "a/b 2 example/m \0\x01ÿ",
  ]);
});

test("a restart goes on where the store says, and takes again what was not durable", async () => {
  const path = temporaryFile(line("1") + line("2") + line("3") + line("4"));
  const gate = new StoreGate();
  gate.pauseAfterEach = true;
  const ingress = fileAt(path);
  await ingress.start(gate);
  await eventually("one is admitted", () => gate.admitted.length === 1);
  gate.unpause();
  await eventually("two are admitted", () => gate.admitted.length === 2);
  await gate.durable();
  gate.unpause();
  await eventually("three are admitted", () => gate.admitted.length === 3);
  gate.stop();
  await ingress.stop();

  const restarted = new StoreGate(gate.store);
  await ingress.start(restarted);
  await eventually("the rest is admitted", () => restarted.admitted.length === 2);

  expect(ids(gate)).toEqual(["1", "2", "3"]);
  expect(ids(restarted)).toEqual(["3", "4"]);
  expect(gate.failures).toEqual([]);
});

describe("a line that is no message", () => {
  test.each([
    ["{", "it is not JSON: "],
    ["[1]", 'it is "[1]", and no object'],
    ['{"target":"a/b","typename":"t/m","value":1}', '"target" is "a/b": write "<namespace>/<name>/<id>"'],
    ['{"target":"a/b/1","value":1}', '"typename" is missing'],
    ['{"target":"a/b/1","typename":"t/m"}', "there is no value"],
    ['{"target":"a/b/1","typename":"t/m","valeu":1}', 'it has a member "valeu"'],
    [
      '{"target":"a/b/1","typename":"io.statefun.types/int","value":"1"}',
      "is not a value of io.statefun.types/int",
    ],
    ['{"target":"c/d/1","typename":"t/m","value":1}', 'no endpoint serves the function "c/d"'],
    [`"${"x".repeat(25 * 1024 * 1024)}"`, "the line is longer than 25165824 bytes"],
  ])("%.60s is an error that names file and line, after those before it were taken", async (bad, why) => {
    const path = temporaryFile(`${line("1")}\n${bad}\n${line("2")}`);
    const gate = new StoreGate();
    gate.served.push("a/b");

    await fileAt(path).start(gate);
    await eventually("it is reported", () => gate.failures.length === 1);

    expect(gate.failures[0]).toMatchObject({ code: "invalid-input", component: id });
    expect(gate.failures[0]?.message).toContain(`${path}:3: `);
    expect(gate.failures[0]?.message).toContain(why);
    expect(ids(gate)).toEqual(["1"]);
  });
});

describe("a file that is followed", () => {
  test("gives what is appended, once its line is whole", async () => {
    const path = temporaryFile(line("1"));
    const gate = new StoreGate();
    await fileAt(path, true).start(gate);
    await eventually("the first is admitted", () => gate.admitted.length === 1);

    const [half, rest] = [line("2").slice(0, 20), line("2").slice(20)];
    appendFileSync(path, half);
    appendFileSync(path, rest + line("3"));
    await eventually("the others are admitted", () => gate.admitted.length === 3);

    expect(ids(gate)).toEqual(["1", "2", "3"]);
  });

  test.each([
    [
      "cut short",
      (path: string) => {
        truncateSync(path, 3);
      },
      "is shorter than the",
    ],
    [
      "moved away",
      (path: string) => {
        renameSync(path, `${path}.1`);
      },
      "was moved or replaced",
    ],
  ])("and %s is an error", async (_, harm, why) => {
    const path = temporaryFile(line("1"));
    const gate = new StoreGate();
    await fileAt(path, true).start(gate);
    await eventually("the first is admitted", () => gate.admitted.length === 1);

    harm(path);
    await eventually("it is reported", () => gate.failures.length === 1);

    expect(gate.failures[0]).toMatchObject({ code: "io-failed", message: expect.stringContaining(why) });
  });
});

test("a file of another name is read from its beginning", async () => {
  const path = temporaryFile(line("1"));
  const gate = new StoreGate();
  const ingress = fileAt(path);
  await ingress.start(gate);
  await eventually("it is admitted", () => gate.admitted.length === 1);
  await gate.durable();
  await ingress.stop();
  renameSync(path, `${path}.2`);

  const again = new StoreGate(gate.store);
  await fileAt(`${path}.2`).start(again);
  await eventually("it is admitted again", () => again.admitted.length === 1);

  expect(ids(again)).toEqual(["1"]);
});

test("a file that is not there is an error at the start", async () => {
  const path = join(temporaryFolder(), "none");

  await expect(fileAt(path).start(new StoreGate())).rejects.toMatchObject({
    code: "io-failed",
    component: id,
    message: expect.stringContaining(path),
  });
});

test("a file that is shorter than what was read of it is an error at the start", async () => {
  const path = temporaryFile(line("1") + line("2"));
  const gate = new StoreGate();
  const ingress = fileAt(path);
  await ingress.start(gate);
  await eventually("all are admitted", () => gate.admitted.length === 2);
  await gate.durable();
  await ingress.stop();
  truncateSync(path, 10);

  await expect(ingress.start(new StoreGate(gate.store))).rejects.toThrow("(2 lines) that were read before");
});
