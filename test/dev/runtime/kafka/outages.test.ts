import { expect, test } from "@jest/globals";
import { Outages } from "../../../../dev/runtime/kafka/outages.js";
import { RuntimeError } from "../../../../dev/runtime/runtime-error.js";

const away = new RuntimeError("io-failed", "away");

function listened(): { readonly outages: Outages<"main" | "beside" | "other">; readonly told: string[] } {
  const told: string[] = [];
  const outages = new Outages<"main" | "beside" | "other">("main", {
    failed: (_, isNews) => told.push(isNews ? "failed" : "again"),
    recovered: () => told.push("back"),
  });
  return { outages, told };
}

test("an outage is news when it begins and when it ends, and each failure is heard of", () => {
  const { outages, told } = listened();

  outages.worked("main");
  for (let times = 0; times < 3; times += 1) outages.failed("main", away);
  outages.worked("main");
  outages.worked("main");
  outages.failed("main", away);

  expect(told).toEqual(["failed", "again", "again", "back", "failed"]);
});

test("work that fails with the main one is the same outage, which ends with the main one", () => {
  const { outages, told } = listened();

  outages.failed("main", away);
  outages.failed("beside", away);
  outages.worked("main");
  outages.failed("beside", away);
  outages.worked("beside");

  expect(told).toEqual(["failed", "again", "back", "again"]);
});

test("work that fails by itself for good does not hide an outage of the main one", () => {
  const { outages, told } = listened();

  outages.failed("beside", away);
  outages.failed("beside", away);
  outages.failed("main", away);
  outages.worked("main");
  outages.failed("main", away);
  outages.worked("main");

  expect(told).toEqual(["failed", "again", "failed", "back", "failed", "back"]);
});

test("work beside the main one is back when all of it is", () => {
  const { outages, told } = listened();

  outages.failed("beside", away);
  outages.failed("other", away);
  outages.worked("beside");
  outages.worked("other");

  expect(told).toEqual(["failed", "again", "back"]);
});
