import { expect, test } from "@jest/globals";
import { bucketBoundsMillis, Histogram } from "../../../dev/runtime/histogram.js";

test("a time falls into the first bucket whose bound it does not exceed", () => {
  const histogram = new Histogram();

  for (const millis of [0, 1, 1.5, 120_000, 120_001]) histogram.record(millis);

  expect(histogram.buckets[0]).toBe(1);
  expect(histogram.buckets[bucketBoundsMillis.indexOf(1)]).toBe(1);
  expect(histogram.buckets[bucketBoundsMillis.indexOf(2)]).toBe(1);
  expect(histogram.buckets[bucketBoundsMillis.indexOf(120_000)]).toBe(1);
  expect(histogram.buckets[bucketBoundsMillis.length]).toBe(1);
  expect(histogram.count).toBe(5);
  expect(histogram.sum).toBe(240_003.5);
});

test("quantiles stay between the smallest and the largest time, and near the true ones", () => {
  const histogram = new Histogram();

  for (let millis = 1; millis <= 1000; millis++) histogram.record(millis);
  const { min, max, mean, p50, p95, p99 } = histogram.summary();

  expect([min, max, mean]).toEqual([1, 1000, 500.5]);
  expect(p50).toBeCloseTo(500, -1);
  expect(p95).toBeCloseTo(950, -1);
  expect(p99).toBeCloseTo(990, -1);
});

test("one time is every quantile", () => {
  const histogram = new Histogram();

  histogram.record(7);

  expect(histogram.summary()).toEqual({ count: 1, mean: 7, min: 7, max: 7, p50: 7, p75: 7, p95: 7, p99: 7 });
});

test("an empty histogram is all zeros", () => {
  expect(new Histogram().summary()).toEqual({
    count: 0,
    mean: 0,
    min: 0,
    max: 0,
    p50: 0,
    p75: 0,
    p95: 0,
    p99: 0,
  });
});
