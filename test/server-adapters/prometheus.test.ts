import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Counter, register, Registry } from "prom-client";
import { StateFunError, types, type Context, type RequestReplyOptions } from "statefun";
import { prometheus, type PrometheusOptions } from "statefun/prometheus";
import { gate } from "../support/gate.js";
import { recordingHandler, type RecordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { V1 } from "../sdk/conformance/golden-bytes.js";
import { fn, T, ways } from "../sdk/conformance/ns-fn.js";

let registry: Registry;

beforeEach(() => {
  registry = new Registry();
});

const three = toFunction({
  invocations: [wireValue.string("a"), wireValue.string("b"), wireValue.string("c")],
});

function serving(
  handle: (context: Context, text: string) => void | PromiseLike<void>,
  options: PrometheusOptions = {},
  others: Omit<RequestReplyOptions, "onError" | "observe"> = {},
): RecordingHandler {
  return recordingHandler([fn({}, handle)], { ...others, observe: prometheus({ registry, ...options }) });
}

/** The lines of the exposition that begin with a name, without it; comments left out. */
async function samples(name: string): Promise<string[]> {
  const lines = (await registry.metrics()).split("\n");
  return lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
}

describe.each(ways)("with %s", (_, way) => {
  test("batches, invocations and bytes are counted by typename", async () => {
    const handler = serving(
      way((context) => {
        context.send(T.address("1"), types.int(7));
      }),
    );

    const answer = await handler.answer(three);
    await handler.answer(V1);

    const label = '{typename="ns/fn"}';
    const second = await handler.answer(V1);
    const requestBytes = three.length + 2 * V1.length;
    const responseBytes = answer.length + 2 * second.length;
    expect(await samples("statefun_batches_total")).toEqual(
      expect.arrayContaining(['{typename="ns/fn",outcome="answered"} 3']),
    );
    expect(await samples("statefun_invocations_total")).toEqual([`${label} 5`]);
    expect(await samples("statefun_request_bytes_total")).toEqual([`${label} ${String(requestBytes)}`]);
    expect(await samples("statefun_response_bytes_total")).toEqual([`${label} ${String(responseBytes)}`]);
    expect(await samples("statefun_batches_in_flight")).toEqual([`${label} 0`]);
    expect(await samples("statefun_batch_size_sum")).toEqual([`${label} 5`]);
    expect(await samples("statefun_batch_size_count")).toEqual([`${label} 3`]);
    expect(await samples("statefun_batch_size_bucket")).toEqual(
      expect.arrayContaining(['{le="1",typename="ns/fn"} 2', '{le="5",typename="ns/fn"} 3']),
    );
    expect(await samples("statefun_handler_seconds_count")).toEqual([`${label} 5`]);
  });

  test("a failed batch is counted by outcome, its error by code, and it is no longer in flight", async () => {
    const handler = serving(
      way(() => {
        throw new Error("boom");
      }),
    );

    await handler.failure(V1);

    expect(await samples("statefun_batches_total")).toEqual(
      expect.arrayContaining(['{typename="ns/fn",outcome="failed"} 1']),
    );
    expect(await samples("statefun_errors_total")).toContain('{code="function-failed"} 1');
    expect(await samples("statefun_batches_in_flight")).toEqual(['{typename="ns/fn"} 0']);
    expect(await samples("statefun_handler_seconds_count")).toEqual(['{typename="ns/fn"} 1']);
  });
});

test("an answer that asks for states is a batch of its own outcome, without invocations", async () => {
  const handler = recordingHandler([fn({ seen: types.int }, () => undefined)], {
    observe: prometheus({ registry }),
  });

  await handler.answer(V1);

  expect(await samples("statefun_batches_total")).toEqual(
    expect.arrayContaining([
      '{typename="ns/fn",outcome="incomplete"} 1',
      '{typename="ns/fn",outcome="answered"} 0',
    ]),
  );
  expect(await samples("statefun_invocations_total")).toEqual(['{typename="ns/fn"} 0']);
});

test("batches are in flight while their handlers run, for as many seconds as they take", async () => {
  const held = gate();
  const handler = serving(() => held.passed);
  const now = jest.spyOn(performance, "now").mockReturnValue(1000);

  const answer = handler.answer(V1);
  const during = await samples("statefun_batches_in_flight");
  now.mockReturnValue(3500);
  held.open();
  await answer;
  now.mockRestore();

  expect(during).toEqual(['{typename="ns/fn"} 1']);
  expect(await samples("statefun_batches_in_flight")).toEqual(['{typename="ns/fn"} 0']);
  expect(await samples("statefun_handler_seconds_sum")).toEqual(['{typename="ns/fn"} 2.5']);
});

test("every code begins at zero, also those of requests that never become a batch", async () => {
  const handler = serving(() => undefined);

  const before = await samples("statefun_errors_total");
  await handler.failure(new Uint8Array(0));
  await handler.failure(toFunction({ target: { namespace: "a", type: "b", id: "c" }, invocations: [] }));
  handler.report(new StateFunError("unauthorized", "of an adapter"));

  const codes = ["malformed-request", "unknown-function", "unauthorized"];
  expect(before).toHaveLength(15);
  expect(before.every((line) => line.endsWith(" 0"))).toBe(true);
  expect(await samples("statefun_errors_total")).toEqual(
    expect.arrayContaining(codes.map((code) => `{code="${code}"} 1`)),
  );
});

test("nothing that a request brings becomes a label", async () => {
  const handler = serving(() => undefined);

  for (const id of ["alice", "bob"]) {
    await handler.answer(
      toFunction({ target: { namespace: "ns", type: "fn", id }, invocations: [wireValue.string("a")] }),
    );
    await handler.failure(toFunction({ target: { namespace: "ns", type: id, id }, invocations: [] }));
    await handler.failure(toFunction({ invocations: [{ typename: `ns/${id}`, hasValue: true, hex: "" }] }));
  }

  expect(await registry.metrics()).not.toMatch(/alice|bob/);
});

test("each metric says what it is and in which unit", async () => {
  prometheus({ registry });

  const text = await registry.metrics();

  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
    ([, name, type]) => `${name ?? ""} ${type ?? ""}`,
  );
  expect(types.sort()).toEqual([
    "statefun_batch_size histogram",
    "statefun_batches_in_flight gauge",
    "statefun_batches_total counter",
    "statefun_errors_total counter",
    "statefun_handler_seconds histogram",
    "statefun_invocations_total counter",
    "statefun_request_bytes_total counter",
    "statefun_response_bytes_total counter",
  ]);
  expect(text.match(/^# HELP \S+ \S.*$/gm)).toHaveLength(8);
});

test("prefix, buckets and registry are the user's", async () => {
  const handler = serving(() => undefined, {
    prefix: "shop_",
    buckets: { batchSize: [1, 3], handlerSeconds: [60] },
  });

  await handler.answer(three);

  expect(await samples("shop_batch_size_bucket")).toEqual([
    '{le="1",typename="ns/fn"} 0',
    '{le="3",typename="ns/fn"} 1',
    '{le="+Inf",typename="ns/fn"} 1',
  ]);
  expect(await samples("shop_handler_seconds_bucket")).toEqual([
    '{le="60",typename="ns/fn"} 3',
    '{le="+Inf",typename="ns/fn"} 3',
  ]);
  expect(await samples("statefun_")).toEqual([]);
});

test("metrics and contentType are those of the registry, the global one if none is given", async () => {
  const own = prometheus({ registry });
  const shared = prometheus();

  const texts = [await own.metrics(), await shared.metrics()];
  const registered = await register.metrics();
  register.clear();

  expect(own.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(texts).toEqual([await registry.metrics(), registered]);
});

test("two observers of one registry and prefix count into the same metrics", async () => {
  const handlers = [serving(() => undefined), serving(() => undefined)];

  for (const handler of handlers) await handler.answer(V1);

  expect(await samples("statefun_invocations_total")).toEqual(['{typename="ns/fn"} 2']);
});

test("a registry that was cleared is registered with anew", async () => {
  prometheus({ registry });
  registry.clear();

  await serving(() => undefined).answer(V1);

  expect(await samples("statefun_invocations_total")).toEqual(['{typename="ns/fn"} 1']);
});

test("one scrape of listen with workers has the metrics of all of them", async () => {
  const program = path.join(__dirname, "counting-workers.ts");

  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", program], {
    timeout: 50_000,
  });
  const counts = [
    ...stdout.matchAll(/^statefun_invocations_total\{worker="\d",typename="ns\/fn"\} (\d+)$/gm),
  ];

  expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(10);
  expect(stdout.match(/^# TYPE statefun_errors_total counter$/gm)).toHaveLength(1);
  expect(stdout).toContain('statefun_errors_total{worker="1",code="overloaded"} 0\n');
  expect(stdout).toContain('statefun_errors_total{worker="2",code="overloaded"} 0\n');
  expect(stdout).toContain("text/plain; version=0.0.4; charset=utf-8\n");
});

describe("is refused with", () => {
  test.each<[string, unknown, string]>([
    [
      "a prefix that no name can begin with",
      { prefix: "my-shop" },
      'prefix is "my-shop", which cannot begin',
    ],
    ["a prefix that is no text", { prefix: 7 }, "prefix is 7"],
    ["a registry that is none", { registry: {} }, "not a Registry of prom-client"],
    ["bounds that do not ascend", { buckets: { batchSize: [2, 1] } }, "buckets.batchSize is"],
    ["no bounds", { buckets: { handlerSeconds: [] } }, "buckets.handlerSeconds is"],
    ["a bound that is no number", { buckets: { handlerSeconds: [NaN] } }, "buckets.handlerSeconds is"],
  ])("%s", (_, options, problem) => {
    const refused = (): unknown => prometheus({ registry, ...(options as PrometheusOptions) });

    expect(refused).toThrow(problem);
    expect(refused).toThrow("[invalid-argument]");
  });

  test("other buckets than are registered", () => {
    prometheus({ registry });

    const again = (): unknown => prometheus({ registry, buckets: { batchSize: [1] } });

    expect(again).toThrow("the metrics statefun_… are registered with other buckets");
  });

  test("a name that somebody else has registered", () => {
    new Counter({ name: "statefun_invocations_total", help: "another's", registers: [registry] });

    const refused = (): unknown => prometheus({ registry });

    expect(refused).toThrow("the registry has a metric statefun_invocations_total that this copy");
  });
});
