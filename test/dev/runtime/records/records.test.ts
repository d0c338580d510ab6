import { expect, test } from "@jest/globals";
import {
  addressKey,
  addressOfKey,
  batchRecords,
  delayDueMillis,
  delayKey,
  delayRecords,
  mailRecords,
  outboxRecords,
  quarantineRecords,
  stateRecords,
  tokenKey,
  typeRecords,
} from "../../../../dev/runtime/records/records.js";

const bytes = Buffer.from([0, 1, 255]);

test("each record comes back as it was written", () => {
  const type = {
    namespace: "ns",
    name: "å",
    states: [
      { name: "seen", typename: "io.statefun.types/int", expires: false },
      { name: "b/c", typename: "", expires: true },
    ],
  };
  const mail = { type: 300, id: "\u0000/\u{1F600}", invocation: bytes };
  const delay = { token: "", fromType: 1, fromId: "", toType: 2, toId: "x", invocation: bytes };
  const state = [
    undefined,
    { bytes: new Uint8Array(0), touchedMillis: 0 },
    undefined,
    { bytes, touchedMillis: 2 ** 52 },
  ];

  expect(typeRecords.decode(typeRecords.encode(type))).toEqual(type);
  expect(mailRecords.decode(mailRecords.encode(mail))).toEqual(mail);
  expect(delayRecords.decode(delayRecords.encode(delay))).toEqual(delay);
  expect(stateRecords.decode(stateRecords.encode(state))).toEqual([
    undefined,
    { bytes: Buffer.alloc(0), touchedMillis: 0 },
    undefined,
    { bytes, touchedMillis: 2 ** 52 },
  ]);
  expect(batchRecords.decode(batchRecords.encode(2 ** 53 - 1))).toBe(2 ** 53 - 1);
  expect(outboxRecords.decode(outboxRecords.encode({ egress: "a/b", argument: bytes }))).toEqual({
    egress: "a/b",
    argument: bytes,
  });
  const quarantined = { sinceMillis: 5, code: "call-failed", message: "…" };
  expect(quarantineRecords.decode(quarantineRecords.encode(quarantined))).toEqual(quarantined);
});

test("a record that is cut short is damaged, wherever it ends", () => {
  const whole = outboxRecords.encode({ egress: "example/greetings", argument: new Uint8Array(0) });

  for (let length = 0; length < whole.length; length++) {
    expect(() => outboxRecords.decode(whole.subarray(0, length))).toThrow("[store-damaged]");
  }
});

test("keys of delayed messages sort by due time and then by number", () => {
  const times = [0, 1, 35, 36, 1_700_000_000_000, Number.MAX_SAFE_INTEGER];
  const keys = times.flatMap((due) => [0, 9, 10, 2 ** 40].map((sequence) => delayKey(due, sequence)));

  expect([...keys].sort()).toEqual(keys);
  expect(keys.map(delayDueMillis)).toEqual(times.flatMap((due) => [due, due, due, due]));
});

test("tokens of different senders never share a key, whatever slashes and blanks they have", () => {
  expect(tokenKey("a", "bc")).not.toBe(tokenKey("ab", "c"));
  expect(tokenKey("1:a", "b")).not.toBe(tokenKey("1", ":ab"));
});

test("the key of an address gives back its parts", () => {
  expect(addressOfKey(addressKey(12, "a/b"))).toEqual({ type: 12, id: "a/b" });
  expect(addressOfKey(addressKey(0, ""))).toEqual({ type: 0, id: "" });
});
