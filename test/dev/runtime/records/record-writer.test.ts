import { expect, test } from "@jest/globals";
import { RecordReader } from "../../../../dev/runtime/records/record-reader.js";
import { RecordWriter } from "../../../../dev/runtime/records/record-writer.js";

test("records that need more room than they said share buffers of the usual size, and stay what they were", () => {
  const texts = Array.from({ length: 5000 }, (_, at) => String(at).padEnd(100 + (at % 200), "x"));

  const records = texts.map((text) => new RecordWriter(8).number(1).text(text).finished());

  const sizes = new Set(records.map(({ buffer }) => buffer.byteLength));
  const read = records.map((bytes) => {
    const reader = new RecordReader(bytes);
    return [reader.number(), reader.text(), reader.done];
  });
  expect([...sizes]).toEqual([8 * 1024]);
  expect(read).toEqual(texts.map((text) => [1, text, true]));
});

test("a record larger than a buffer, in parts that were not said, has a buffer of its own", () => {
  const part = Buffer.alloc(5000, 7);
  const before = new RecordWriter().text("before").finished();

  const large = new RecordWriter().bytes(part).bytes(part).bytes(part).finished();
  const after = new RecordWriter().text("after").finished();

  const reader = new RecordReader(large);
  expect([reader.bytes(), reader.bytes(), reader.bytes()].map((bytes) => part.equals(bytes))).toEqual([
    true,
    true,
    true,
  ]);
  expect(reader.done).toBe(true);
  expect(new RecordReader(before).text()).toBe("before");
  expect(new RecordReader(after).text()).toBe("after");
});
