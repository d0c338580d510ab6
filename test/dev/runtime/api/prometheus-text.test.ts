import { expect, test } from "@jest/globals";
import { prometheusText } from "../../../../dev/runtime/api/prometheus-text.js";
import { Counters } from "../../../../dev/runtime/counters.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";

/** The form of a line of the text format, version 0.0.4. */
const line =
  /^(# HELP \w+ .+|# TYPE \w+ (counter|gauge|histogram)|\w+(\{\w+="([^"\\]|\\.)*"(,\w+="([^"\\]|\\.)*")*\})? [-+\dEe.]+(Inf)?)$/;

test("every line is in the text format, and every sample stands below the type of its metric", () => {
  const counters = new Counters(virtualClock());
  const type = counters.type('odd"name\\space\n', "cart");
  type.remoteInvocationLatency.record(3);
  counters.ingress("a/b").measureLag = () => 7;
  counters.egress("a/c").waiting = 2;

  const lines = prometheusText(counters).trimEnd().split("\n");

  expect(lines.filter((one) => !line.test(one))).toEqual([]);
  let metric = "";
  for (const one of lines) {
    const typed = /^# TYPE (\w+)/.exec(one)?.[1];
    if (typed !== undefined) metric = typed;
    else if (!one.startsWith("#")) expect(one.replace(/_(bucket|sum|count)\{/, "{")).toContain(metric);
  }
  const names = lines.flatMap((one) => /^# TYPE (\w+)/.exec(one)?.[1] ?? []);
  expect(new Set(names).size).toBe(names.length);
});

test("labels are escaped", () => {
  const counters = new Counters(virtualClock());
  counters.type('a"b\\c\nd', "e").in = 5;

  expect(prometheusText(counters)).toContain(
    'statefun_functions_in{namespace="a\\"b\\\\c\\nd",name="e"} 5\n',
  );
});

test("buckets of a histogram hold all that is below their bound", () => {
  const counters = new Counters(virtualClock());
  const { remoteInvocationLatency } = counters.type("a", "b");
  for (const millis of [0.3, 3, 4, 200_000]) remoteInvocationLatency.record(millis);

  const text = prometheusText(counters);

  const labels = 'namespace="a",name="b"';
  const name = "statefun_functions_remoteInvocationLatency";
  for (const [le, count] of [
    ["0.2", 0],
    ["0.5", 1],
    ["5", 3],
    ["120000", 3],
    ["+Inf", 4],
  ]) {
    expect(text).toContain(`${name}_bucket{${labels},le="${String(le)}"} ${String(count)}\n`);
  }
  expect(text).toContain(`${name}_sum{${labels}} 200007.3\n${name}_count{${labels}} 4\n`);
});

test("a lag that nobody knows is left out", () => {
  const counters = new Counters(virtualClock());
  counters.ingress("a/b");

  expect(prometheusText(counters)).not.toContain("ingress_lag");
});
