import { expect, test } from "@jest/globals";
import { labelledByWorker } from "../../../server-adapters/node/worker-metrics.js";

test("the samples of a metric stand together, each with its worker, under one HELP and TYPE", () => {
  const text = (value: number): string =>
    [
      "# HELP batches_total Batches.",
      "# TYPE batches_total counter",
      `batches_total{typename="a/b"} ${String(value)}`,
      "",
      "# HELP seconds Time.",
      "# TYPE seconds histogram",
      `seconds_bucket{le="0.1"} ${String(value)}`,
      `seconds_sum ${String(value)}`,
      "",
    ].join("\n");

  const all = labelledByWorker([
    { worker: 1, text: text(3) },
    { worker: 2, text: text(4) },
  ]);

  expect(all).toBe(
    [
      "# HELP batches_total Batches.",
      "# TYPE batches_total counter",
      'batches_total{worker="1",typename="a/b"} 3',
      'batches_total{worker="2",typename="a/b"} 4',
      "# HELP seconds Time.",
      "# TYPE seconds histogram",
      'seconds_bucket{worker="1",le="0.1"} 3',
      'seconds_sum{worker="1"} 3',
      'seconds_bucket{worker="2",le="0.1"} 4',
      'seconds_sum{worker="2"} 4',
      "",
    ].join("\n"),
  );
});

test("a metric that only one worker has, and one without a description, are kept", () => {
  const all = labelledByWorker([
    { worker: 1, text: "up 1\n" },
    { worker: 2, text: "# TYPE only counter\nonly{} 2\n# EOF\n" },
  ]);

  expect(all).toBe('up{worker="1"} 1\n# TYPE only counter\nonly{worker="2"} 2\n# EOF\n');
});

test("OpenMetrics text ends as it must, once", () => {
  const text = "# TYPE up gauge\nup 1\n# EOF\n";

  const all = labelledByWorker([
    { worker: 1, text },
    { worker: 2, text },
  ]);

  expect(all).toBe('# TYPE up gauge\nup{worker="1"} 1\nup{worker="2"} 1\n# EOF\n');
});

test("values of labels are left as they are, whatever is in them", () => {
  const sample = 'odd{path="a{b} c\\"d"} 1';

  expect(labelledByWorker([{ worker: 7, text: sample }])).toBe('odd{worker="7",path="a{b} c\\"d"} 1\n');
});
