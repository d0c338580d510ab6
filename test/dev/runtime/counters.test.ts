import { expect, test } from "@jest/globals";
import { Counters } from "../../../dev/runtime/counters.js";
import { virtualClock } from "../../../dev/runtime/virtual-clock.js";

test("a function type has one object of counters, whoever asks", () => {
  const counters = new Counters(virtualClock());

  const first = counters.type("greeter", "person");
  first.in++;

  expect(counters.type("greeter", "person")).toBe(first);
  expect(counters.type("greeter", "greet")).not.toBe(first);
  expect(counters.types.map(({ typename }) => typename)).toEqual(["greeter/greet", "greeter/person"]);
});

test("batches in flight and addresses set aside are summed over all function types", () => {
  const counters = new Counters(virtualClock());

  counters.type("a", "a").inflightAsyncOps = 2;
  counters.type("a", "b").inflightAsyncOps = 3;
  counters.type("a", "b").quarantined = 1;

  expect(counters.inflightAsyncOps).toBe(5);
  expect(counters.quarantined).toBe(1);
});

test("a rate is the mean over the last 60 seconds", async () => {
  const clock = virtualClock(1_000_000);
  const counters = new Counters(clock);
  const type = counters.type("a", "a");
  counters.look();

  // Ten messages a second for two minutes, with a commit each second.
  for (let second = 1; second <= 120; second++) {
    await clock.advanceTo(1_000_000 + second * 1000);
    type.in += 10;
    counters.produced += 1;
    counters.look();
  }

  expect(counters.rates(type).inRate).toBeCloseTo(10, 1);
  expect(counters.producedRate).toBeCloseTo(1, 1);
});

test("the time before the start counts as time in which nothing happened", async () => {
  const clock = virtualClock(0);
  const counters = new Counters(clock);
  const type = counters.type("a", "a");
  counters.look();

  type.outEgress = 120;
  await clock.advanceTo(1000);

  expect(counters.rates(type).outEgressRate).toBe(2);
});

test("a rate falls to nothing when a minute passes without a commit", async () => {
  const clock = virtualClock(0);
  const counters = new Counters(clock);
  const type = counters.type("a", "a");
  type.in = 600;
  counters.look();

  await clock.advanceTo(60_000);

  expect(counters.rates(type)).toEqual({
    inRate: 0,
    outLocalRate: 0,
    outRemoteRate: 0,
    outEgressRate: 0,
    remoteInvocationFailuresRate: 0,
  });
});

test("ingresses and egresses are kept in the order in which they were first asked for", () => {
  const counters = new Counters(virtualClock());

  counters.ingress("shop/orders").records++;
  counters.ingress("shop/http");
  counters.egress("shop/out").waiting = 3;

  expect(counters.ingresses.map(({ id, records, lag }) => [id, records, lag])).toEqual([
    ["shop/orders", 1, undefined],
    ["shop/http", 0, undefined],
  ]);
  expect(counters.egress("shop/out").waiting).toBe(3);
});
