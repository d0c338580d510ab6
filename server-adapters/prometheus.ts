import { Counter, Gauge, Histogram, register, type OpenMetricsContentType, type Registry } from "prom-client";
import { StateFunError } from "../sdk/errors.js";
import type { Observer } from "../sdk/observer.js";
import { describeValue } from "../sdk/values/codec.js";
import { statusTable } from "./answer.js";
import { around } from "./around.js";

/** A registry of `prom-client`, in either of its two text formats. */
export type MetricsRegistry = Registry | Registry<OpenMetricsContentType>;

/** How metrics are named and counted. */
export interface PrometheusOptions {
  /** Where the metrics are registered; `prom-client`'s global `register` if left out. */
  readonly registry?: MetricsRegistry | undefined;
  /** What all names begin with; `statefun_` if left out. */
  readonly prefix?: string | undefined;
  /** The upper bounds of the histograms' buckets, ascending. */
  readonly buckets?: PrometheusBuckets | undefined;
}

/** The upper bounds of buckets, ascending; each list has a default. */
export interface PrometheusBuckets {
  /** Of `batch_size`, in invocations; 1, 2, 5, 10 … 1000 if left out. */
  readonly batchSize?: readonly number[] | undefined;
  /** Of `handler_seconds`, in seconds; 100 µs to 10 s if left out. */
  readonly handlerSeconds?: readonly number[] | undefined;
}

/** An observer that counts, and what a `/metrics` endpoint answers. */
export interface PrometheusObserver extends Observer {
  /** The media type of the text, for the header `content-type`. */
  readonly contentType: string;
  /**
   * The text of all metrics of the registry, which are those of this process. `listen` puts those of its workers
   * together.
   */
  metrics(): Promise<string>;
}

/** One sync handler takes some 10 µs, a call of another service up to seconds: from below 1 ms to what retries begin at. */
const defaultHandlerSeconds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Mostly 1 at low load; the cluster sends no more than what waited for one call to return. */
const defaultBatchSizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

const byTypename = ["typename"] as const;

/**
 * An observer that counts batches, invocations, errors and bytes for Prometheus, given as the option `observe` of
 * `requestReplyHandler`. Labels are the typenames of the functions served, outcomes and error codes, never ids or
 * anything else that a request brings.
 *
 * Two observers of one registry and prefix count into the same metrics. docs/observing.md lists them.
 *
 * @throws StateFunError `invalid-argument` if the prefix cannot begin a metric's name, if bounds are not ascending
 * numbers or others than those registered already, or if the registry holds metrics of these names that are not ours
 */
export function prometheus(options: PrometheusOptions = {}): PrometheusObserver {
  const registry = options.registry ?? register;
  const metrics = metricsOf(registry, options);
  return {
    batch({ self, invocations, requestBytes }, run) {
      const counts = metrics.of(self.typename);
      counts.batchSize.observe(invocations);
      counts.requestBytes.inc(requestBytes);
      counts.inFlight.inc();
      return around(
        run,
        (answer) => {
          counts.inFlight.dec();
          counts.responseBytes.inc(answer.length);
          (asksForState(answer) ? counts.incomplete : counts.answered).inc();
        },
        () => {
          counts.inFlight.dec();
          counts.failed.inc();
        },
      );
    },
    invocation({ self }, run) {
      const counts = metrics.of(self.typename);
      counts.invocations.inc();
      const start = performance.now();
      const ended = (): void => {
        counts.handlerSeconds.observe((performance.now() - start) / 1000);
      };
      return around(run, ended, ended);
    },
    failure({ code }) {
      metrics.errors.inc({ code });
    },
    get contentType() {
      return registry.contentType;
    },
    metrics: () => registry.metrics(),
  };
}

/** Whether an answer asks the cluster for states: field 101 of a `FromFunction`. */
function asksForState(answer: Uint8Array): boolean {
  return answer[0] === 0xaa && answer[1] === 0x06;
}

/** What is counted of one function, its labels bound. */
interface FunctionMetrics {
  readonly answered: Counter.Internal;
  readonly incomplete: Counter.Internal;
  readonly failed: Counter.Internal;
  readonly batchSize: Histogram.Internal<"typename">;
  readonly inFlight: Gauge.Internal<"typename">;
  readonly invocations: Counter.Internal;
  readonly handlerSeconds: Histogram.Internal<"typename">;
  readonly requestBytes: Counter.Internal;
  readonly responseBytes: Counter.Internal;
}

/** The metrics of one registry and prefix. */
class Metrics {
  readonly errors: Counter<"code">;
  readonly buckets: string;
  readonly #batches: Counter<"typename" | "outcome">;
  readonly #batchSize: Histogram<"typename">;
  readonly #inFlight: Gauge<"typename">;
  readonly #invocations: Counter<"typename">;
  readonly #handlerSeconds: Histogram<"typename">;
  readonly #requestBytes: Counter<"typename">;
  readonly #responseBytes: Counter<"typename">;
  readonly #functions = new Map<string, FunctionMetrics>();

  constructor(registry: MetricsRegistry, prefix: string, buckets: Required<BucketLists>) {
    this.buckets = JSON.stringify(buckets);
    const registers = [registry];
    const named = <L extends readonly string[]>(
      name: string,
      help: string,
      labelNames: L,
    ): { name: string; help: string; labelNames: L; registers: MetricsRegistry[] } => ({
      name: prefix + name,
      help,
      labelNames,
      registers,
    });
    this.#batches = new Counter(
      named(
        "batches_total",
        "Batches that ended, by outcome: answered, incomplete (asked for state), failed.",
        ["typename", "outcome"] as const,
      ),
    );
    this.#batchSize = new Histogram({
      ...named("batch_size", "Invocations in a batch.", byTypename),
      buckets: [...buckets.batchSize],
    });
    this.#inFlight = new Gauge(
      named("batches_in_flight", "Batches that have begun and not ended.", byTypename),
    );
    this.#invocations = new Counter(
      named("invocations_total", "Invocations that reached the function, retried ones again.", byTypename),
    );
    this.#handlerSeconds = new Histogram({
      ...named(
        "handler_seconds",
        "Time from the call of a handler to its end, waiting included.",
        byTypename,
      ),
      buckets: [...buckets.handlerSeconds],
    });
    this.#requestBytes = new Counter(named("request_bytes_total", "Bytes of batches received.", byTypename));
    this.#responseBytes = new Counter(
      named("response_bytes_total", "Bytes of answers to batches.", byTypename),
    );
    this.errors = new Counter(named("errors_total", "Failures told to onError, by code.", ["code"] as const));
    // From the start at zero: a first failure is then an increase that a rate can see.
    for (const code of Object.keys(statusTable)) this.errors.inc({ code }, 0);
  }

  /** Whether the registry still holds these metrics: it may have been cleared. */
  isIn(registry: MetricsRegistry, prefix: string): boolean {
    return registry.getSingleMetric(`${prefix}errors_total`) === this.errors;
  }

  of(typename: string): FunctionMetrics {
    const known = this.#functions.get(typename);
    if (known !== undefined) return known;
    const batches = (outcome: string): Counter.Internal => {
      const counter = this.#batches.labels({ typename, outcome });
      counter.inc(0); // as with errors
      return counter;
    };
    const labels = { typename };
    const made: FunctionMetrics = {
      answered: batches("answered"),
      incomplete: batches("incomplete"),
      failed: batches("failed"),
      batchSize: this.#batchSize.labels(labels),
      inFlight: this.#inFlight.labels(labels),
      invocations: this.#invocations.labels(labels),
      handlerSeconds: this.#handlerSeconds.labels(labels),
      requestBytes: this.#requestBytes.labels(labels),
      responseBytes: this.#responseBytes.labels(labels),
    };
    made.invocations.inc(0);
    this.#functions.set(typename, made); // only functions that are served get here, so the map is bounded
    return made;
  }
}

interface BucketLists {
  readonly batchSize: readonly number[];
  readonly handlerSeconds: readonly number[];
}

const registered = new WeakMap<MetricsRegistry, Map<string, Metrics>>();

function metricsOf(
  registry: MetricsRegistry,
  { prefix = "statefun_", buckets = {} }: PrometheusOptions,
): Metrics {
  if (typeof prefix !== "string" || !/^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(prefix)) {
    throw invalid(
      `prefix is ${describeValue(prefix)}, which cannot begin a metric's name: use letters, digits and _, such as "shop_"`,
    );
  }
  const lists = {
    batchSize: bounds("batchSize", buckets.batchSize ?? defaultBatchSizes),
    handlerSeconds: bounds("handlerSeconds", buckets.handlerSeconds ?? defaultHandlerSeconds),
  };
  const ofRegistry = registered.get(registry) ?? new Map<string, Metrics>();
  const known = ofRegistry.get(prefix);
  if (known?.isIn(registry, prefix) === true) {
    if (known.buckets === JSON.stringify(lists)) return known;
    throw invalid(
      `the metrics ${prefix}… are registered with other buckets: give each prometheus() the same`,
    );
  }
  const made = newMetrics(registry, prefix, lists);
  registered.set(registry, ofRegistry.set(prefix, made));
  return made;
}

const names = [
  "batches_total",
  "batch_size",
  "batches_in_flight",
  "invocations_total",
  "handler_seconds",
  "request_bytes_total",
  "response_bytes_total",
  "errors_total",
] as const;

function newMetrics(registry: MetricsRegistry, prefix: string, lists: BucketLists): Metrics {
  if (typeof (registry as Partial<MetricsRegistry>).getSingleMetric !== "function") {
    throw invalid(`registry is ${describeValue(registry)}, not a Registry of prom-client`);
  }
  const taken = names.find((name) => registry.getSingleMetric(prefix + name) !== undefined);
  if (taken === undefined) return new Metrics(registry, prefix, lists);
  throw invalid(
    `the registry has a metric ${prefix}${taken} that this copy of statefun/prometheus did not register: pass another prefix or registry`,
  );
}

function bounds(name: string, given: readonly number[]): readonly number[] {
  const isList: boolean = Array.isArray(given);
  const isAscending =
    isList &&
    given.length > 0 &&
    given.every(
      (bound: unknown, i) =>
        Number.isFinite(bound) && (i === 0 || (given[i - 1] as number) < (bound as number)),
    );
  if (isAscending) return given;
  throw invalid(
    `buckets.${name} is ${describeValue(given)}, not a list of ascending numbers such as [0.1, 1, 10]`,
  );
}

function invalid(problem: string): StateFunError {
  return new StateFunError("invalid-argument", problem);
}
