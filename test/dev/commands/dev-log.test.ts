import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { serializedTypedValue } from "statefun/wire";
import { jsonLog, readableLog } from "../../../dev/commands/dev-log.js";
import type { JournalEntry } from "../../../dev/runtime/journal-entry.js";
import { RuntimeError } from "../../../dev/runtime/runtime-error.js";

let printed = "";

beforeEach(() => {
  printed = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

const error = new RuntimeError("io-failed", "Kafka at 127.0.0.1:1 cannot be reached");
const failed: JournalEntry = { kind: "egress-failed", egress: "shop/out", error };
const back: JournalEntry = { kind: "egress-recovered", egress: "shop/out" };
const running: JournalEntry = { kind: "running", restarts: 1 };

function kinds(): readonly string[] {
  const lines = printed.trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
}

test("an egress that fails again and again is told once, and once when it is back", () => {
  const log = jsonLog({ records: false });

  for (const entry of [failed, failed, failed, back, failed, failed]) log.entry(entry);

  expect(kinds()).toEqual(["egress-failed", "egress-recovered", "egress-failed"]);
});

test("an egress that still fails after a restart of the runtime is told again", () => {
  const log = jsonLog({ records: false });

  for (const entry of [failed, running, failed]) log.entry(entry);

  expect(kinds()).toEqual(["egress-failed", "running", "egress-failed"]);
});

test("a record that was dropped makes the next failure of its egress news", () => {
  const log = jsonLog({ records: false });
  const argument = serializedTypedValue("a/b", new Uint8Array(0));
  const dropped = {
    kind: "egress-dropped",
    egress: "shop/out",
    sequence: 1,
    argument,
    mayHaveArrived: false,
  } as const;

  for (const entry of [failed, failed, dropped, failed, failed]) log.entry(entry);

  expect(kinds()).toEqual(["egress-failed", "egress-dropped", "egress-failed"]);
});

test("an ingress whose brokers are away is told with the reason, and that it is back", () => {
  const log = readableLog({ records: false });

  log.entry({ kind: "ingress-failed", ingress: "shop/orders", error });
  log.entry({ kind: "ingress-recovered", ingress: "shop/orders" });

  expect(printed).toMatch(
    /failed +shop\/orders: .*Kafka at 127\.0\.0\.1:1 cannot be reached.*\n.*back +shop\/orders\n/,
  );
});
