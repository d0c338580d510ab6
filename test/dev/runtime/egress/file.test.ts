import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { serializedTypedValue } from "statefun/wire";
import { fileEgress } from "../../../../dev/runtime/egress/file.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { kafkaRecord, numbered, textRecord } from "./outbox.js";

const id = "example/out";
const temporaryFile = (): string => join(temporaryFolder(), "out.ndjson");
const linesOf = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);

test("records become lines of JSON", async () => {
  const path = temporaryFile();
  const egress = fileEgress({ id, path });

  await egress.open();
  await egress.deliver([textRecord(1, '{"n":12345678901234567890}'), kafkaRecord(2, "t", "k", "Hello\nAda")]);
  await egress.deliver([{ sequence: 5, argument: serializedTypedValue("example/b", Uint8Array.of(0xff)) }]);
  await egress.close();

  expect(linesOf(path)).toEqual([
    '{"sequence":1,"typename":"example/text","value":{"n":12345678901234567890}}',
    '{"sequence":2,"typename":"type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord","topic":"t","key":"k","text":"Hello\\nAda"}',
    '{"sequence":5,"typename":"example/b","base64":"/w=="}',
  ]);
});

test("what was delivered last is known when the file is opened again, and a half line is not", async () => {
  const path = temporaryFile();
  const first = fileEgress({ id, path });
  const before = await first.open();
  await first.deliver(numbered(0, 100));
  await first.close();
  appendFileSync(path, '{"sequence":100,"typename":"exam');

  const second = fileEgress({ id, path });
  const last = await second.open();
  await second.deliver(numbered(100, 102));
  await second.close();

  expect([before, last]).toEqual([undefined, 99]);
  expect(linesOf(path).map((line) => (JSON.parse(line) as { sequence: number }).sequence)).toEqual(
    Array.from({ length: 102 }, (_, at) => at),
  );
});

test("a file that something else has written is refused and left as it is", async () => {
  const path = temporaryFile();
  writeFileSync(path, "notes\n");

  await expect(fileEgress({ id, path }).open()).rejects.toMatchObject({
    code: "io-failed",
    component: id,
    message: expect.stringContaining(`the last line of ${path} is no record of this egress`),
  });
  expect(readFileSync(path, "utf8")).toBe("notes\n");
});

test("a file of another data folder is refused before anything is written", async () => {
  const path = temporaryFile();
  const egress = fileEgress({ id, path });
  await egress.open();
  await egress.deliver(numbered(0, 10));

  await expect(egress.deliver(numbered(3, 4))).rejects.toThrow(
    "ends with record 9, and record 3 is to follow",
  );
  await egress.close();

  expect(linesOf(path)).toHaveLength(10);
});
