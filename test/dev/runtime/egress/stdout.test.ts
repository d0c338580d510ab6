import { PassThrough, Writable } from "node:stream";
import { expect, test } from "@jest/globals";
import { stdoutEgress } from "../../../../dev/runtime/egress/stdout.js";
import { serializedTypedValue } from "statefun/wire";
import { kafkaRecord, textRecord } from "./outbox.js";

const id = "example/out";
const records = [
  textRecord(1, "Hello\u001b[2J\u009b"),
  textRecord(2, '{"a":1}'),
  kafkaRecord(3, "t", "k", "v"),
  kafkaRecord(4, "t", "", "two\nlines"),
  { sequence: 5, argument: serializedTypedValue("example/b", Uint8Array.of(0xff)) },
  { sequence: 6, argument: serializedTypedValue("io.statefun.types/int", Uint8Array.of(13, 1, 0, 0, 0)) },
];

test("people see one line a record, without what would move their cursor", async () => {
  const stream = new PassThrough();

  await stdoutEgress({ id, stream }).deliver(records.slice(1));
  await stdoutEgress({ id, stream }).deliver(records.slice(0, 1));

  expect((stream.read() as Buffer).toString().split("\n")).toEqual([
    'example/out → example/text: {"a":1}',
    "example/out → t k: v",
    "example/out → t: two\\nlines",
    "example/out → example/b: base64 /w==",
    "example/out → io.statefun.types/int: 1",
    expect.stringMatching(/^example\/out → example\/text: base64 \S+$/),
    "",
  ]);
});

test("programs get JSON", async () => {
  const stream = new PassThrough();

  await stdoutEgress({ id, stream, json: true }).deliver(records.slice(1, 3));

  expect(
    (stream.read() as Buffer)
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { egress: id, sequence: 2, typename: "example/text", value: { a: 1 } },
    expect.objectContaining({ egress: id, sequence: 3, topic: "t", key: "k", text: "v" }),
  ]);
});

test("a reader that is slow is waited for", async () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  let delivered = false;

  const delivery = stdoutEgress({ id, stream })
    .deliver(records)
    .then(() => {
      delivered = true;
    });
  await Promise.resolve();
  const before = delivered;
  stream.resume();
  await delivery;

  expect(before).toBe(false);
});

test("a reader that is gone is an error", async () => {
  const stream = new Writable();
  stream.destroy();

  await expect(stdoutEgress({ id, stream }).deliver(records)).rejects.toMatchObject({
    code: "io-failed",
    component: id,
  });
});
