import { describe, expect, test } from "@jest/globals";
import { serializedTypedValue } from "statefun/wire";
import { recordedEgress, type RecordedRecords } from "../../../../dev/runtime/egress/recorded.js";
import { kafkaRecordTypename } from "../../../../dev/runtime/values/readable-value.js";
import { kafkaRecord, numbered, textRecord } from "./outbox.js";

const sequences = ({ records }: RecordedRecords): number[] => records.map(({ sequence }) => sequence);

describe("reading", () => {
  test("shows records decoded, oldest first, as often as one likes", async () => {
    const egress = recordedEgress("example/out");
    await egress.deliver([textRecord(3, "a"), kafkaRecord(7, "t", "k", "b")]);

    const once = egress.read();
    const twice = egress.read();

    expect(once).toEqual({
      records: [
        { sequence: 3, typename: "example/text", text: "a" },
        { sequence: 7, typename: kafkaRecordTypename, topic: "t", key: "k", text: "b" },
      ],
      complete: true,
    });
    expect(twice).toEqual(once);
  });

  test("is narrowed down by sequence, topic, key and limit", async () => {
    const egress = recordedEgress("example/out");
    await egress.deliver([
      kafkaRecord(1, "t", "a", "1"),
      kafkaRecord(2, "t", "b", "2"),
      kafkaRecord(3, "u", "a", "3"),
      textRecord(9, "4"),
    ]);

    const found = [
      { after: 2 },
      { after: 9 },
      { topic: "t" },
      { key: "a" },
      { topic: "u", key: "a" },
      { limit: 3 },
    ].map((query) => sequences(egress.read(query)));

    expect(found).toEqual([[3, 9], [], [1, 2], [1, 3], [3], [1, 2, 3]]);
  });
});

describe("what is kept", () => {
  test("is the last records, and a reader that missed some is told", async () => {
    const egress = recordedEgress("example/out", { keptRecords: 10 });

    await egress.deliver(numbered(0, 1_000));

    expect(sequences(egress.read({ after: 989 }))).toEqual([
      990, 991, 992, 993, 994, 995, 996, 997, 998, 999,
    ]);
    expect(egress.read({ after: 989 }).complete).toBe(true);
    expect(egress.read({ after: 988 }).complete).toBe(false);
    expect(egress.arguments()).toHaveLength(10);
  });

  test("is bounded in bytes, and is at least the last record", async () => {
    const egress = recordedEgress("example/out", { keptBytes: 100 });

    await egress.deliver([textRecord(1, "x"), textRecord(2, "x"), textRecord(3, "x".repeat(1_000))]);

    expect(sequences(egress.read())).toEqual([3]);
  });

  test("holds no record twice, though it is given twice, and survives being opened again", async () => {
    const egress = recordedEgress("example/out");
    await egress.deliver(numbered(0, 2));
    await egress.close();

    const last = await egress.open();
    await egress.deliver(numbered(0, 3));

    expect(last).toBe(1);
    expect(sequences(egress.read())).toEqual([0, 1, 2]);
  });
});

describe("waiting", () => {
  test("ends with the first record that is asked for", async () => {
    const egress = recordedEgress("example/out");

    const next = egress.next({ key: "b" }, { waitMillis: 60_000 });
    await egress.deliver([kafkaRecord(1, "t", "a", "1")]);
    await egress.deliver([kafkaRecord(2, "t", "b", "2")]);

    expect(sequences(await next)).toEqual([2]);
  });

  test("does not begin if there is one already", async () => {
    const egress = recordedEgress("example/out");
    await egress.deliver(numbered(0, 2));

    const next = await egress.next({ after: 0 }, { waitMillis: 60_000 });

    expect(sequences(next)).toEqual([1]);
  });

  test("ends without a record when the time is over, the reader gives up or the egress is closed", async () => {
    const egress = recordedEgress("example/out");
    const reader = new AbortController();

    const waits = [
      egress.next({}, { waitMillis: 1 }),
      egress.next({}, { waitMillis: 60_000, signal: reader.signal }),
      egress.next({}, { waitMillis: 60_000 }),
    ];
    await waits[0];
    reader.abort();
    await waits[1];
    await egress.close();

    expect((await Promise.all(waits)).map(sequences)).toEqual([[], [], []]);
  });
});

test("what has the typename of a Kafka record and is none is refused, as a cluster refuses it", () => {
  const egress = recordedEgress("example/out");

  expect(() => {
    egress.check(serializedTypedValue(kafkaRecordTypename, Uint8Array.of(0x0a, 0x7f)));
  }).toThrow(expect.objectContaining({ code: "invalid-record", component: "example/out" }));
});
