import type { Counters, TypeCounters } from "../counters.js";
import { bucketBoundsMillis, type Histogram } from "../histogram.js";

/** The media type of {@link prometheusText}. */
export const prometheusMediaType = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;

/** One metric: its samples stand together, under one type. */
interface Metric<T> {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly value: (of: T) => number | undefined;
}

const typeMetrics: readonly Metric<TypeCounters>[] = [
  counter("in", "Messages that arrived, and replies.", (type: TypeCounters) => type.in),
  counter("outLocal", "Messages sent to functions.", (type: TypeCounters) => type.outLocal),
  counter(
    "outRemote",
    "Messages sent to functions of another process: none.",
    (type: TypeCounters) => type.outRemote,
  ),
  counter("outEgress", "Records sent to egresses.", (type: TypeCounters) => type.outEgress),
  gauge("inflightAsyncOps", "Batches whose reply is awaited.", (type: TypeCounters) => type.inflightAsyncOps),
  gauge("numBacklog", "Messages behind a batch in flight.", (type: TypeCounters) => type.numBacklog),
  gauge(
    "numBlockedAddress",
    "Addresses whose backlog pauses ingresses.",
    (type: TypeCounters) => type.numBlockedAddress,
  ),
  counter(
    "remoteInvocationFailures",
    "Attempts to call a function that failed.",
    (type: TypeCounters) => type.remoteInvocationFailures,
  ),
  gauge("quarantined", "Addresses that are set aside.", (type: TypeCounters) => type.quarantined),
];

const runtimeMetrics: readonly Metric<Counters>[] = [
  gauge("task_inflightAsyncOps", "Batches whose reply is awaited.", (all: Counters) => all.inflightAsyncOps),
  counter("feedback_produced", "Messages from functions to functions.", (all: Counters) => all.produced),
  gauge("feedback_producedRate", "Per second, over 60 seconds.", (all: Counters) => all.producedRate),
  counter("runtime_commits", "Group commits.", (all: Counters) => all.commits),
  counter("runtime_commitWrites", "Writes in them.", (all: Counters) => all.commitWrites),
  gauge("runtime_addressesCached", "Addresses held in memory.", (all: Counters) => all.addressesCached),
  gauge("runtime_mailWaiting", "Messages that are not processed yet.", (all: Counters) => all.mailWaiting),
  gauge(
    "runtime_quarantinedMailBytes",
    "Bytes of messages of addresses that are set aside.",
    (all: Counters) => all.quarantinedMailBytes,
  ),
  gauge(
    "runtime_delaysPending",
    "Delayed messages that are not due yet.",
    (all: Counters) => all.delaysPending,
  ),
  counter("runtime_restarts", "Restarts after something fatal.", (all: Counters) => all.restarts),
];

const ingressMetrics: readonly Metric<Counters["ingresses"][number]>[] = [
  counter("ingress_records", "Records taken over.", (ingress) => ingress.records),
  counter("ingress_messages", "Messages that they became.", (ingress) => ingress.messages),
  counter("ingress_repeated", "Records that were known already.", (ingress) => ingress.repeated),
  counter("ingress_failures", "Reads that failed and are tried again.", (ingress) => ingress.failures),
  gauge("ingress_lag", "Records that wait where the ingress reads.", (ingress) => ingress.lag),
];

const egressMetrics: readonly Metric<Counters["egresses"][number]>[] = [
  counter("egress_records", "Records that their destination has.", (egress) => egress.records),
  counter("egress_failures", "Deliveries that failed and are tried again.", (egress) => egress.failures),
  counter("egress_dropped", "Records that somebody has dropped.", (egress) => egress.dropped),
  gauge("egress_waiting", "Records that wait to be delivered.", (egress) => egress.waiting),
];

/**
 * All counters in the text format of Prometheus. A name is that of the cluster's metric, letter for letter, behind
 * `statefun_` and its group, dots turned into underscores: `functions.<namespace>.<name>.outLocal` is
 * `statefun_functions_outLocal{namespace="…",name="…"}`.
 */
export function prometheusText(counters: Counters): string {
  const lines: string[] = [];
  const { types, ingresses, egresses } = counters;
  for (const { name, ...metric } of typeMetrics) {
    write(lines, { ...metric, name: `functions_${name}` }, types, typeLabels);
  }
  writeRates(lines, counters);
  writeHistogram(
    lines,
    "functions_remoteInvocationLatency",
    "Milliseconds of each attempt to call a function.",
    types.map((type) => [typeLabels(type), type.remoteInvocationLatency]),
  );
  for (const metric of runtimeMetrics) write(lines, metric, [counters], () => ({}));
  writeHistogram(lines, "runtime_commitLatency", "Milliseconds of each group commit.", [
    [{}, counters.commitLatency],
  ]);
  for (const metric of ingressMetrics) write(lines, metric, ingresses, ({ id }) => ({ ingress: id }));
  for (const metric of egressMetrics) write(lines, metric, egresses, ({ id }) => ({ egress: id }));
  return `${lines.join("\n")}\n`;
}

function counter<T>(name: string, help: string, value: (of: T) => number | undefined): Metric<T> {
  return { name, help, type: "counter", value };
}

function gauge<T>(name: string, help: string, value: (of: T) => number | undefined): Metric<T> {
  return { name, help, type: "gauge", value };
}

function typeLabels({ namespace, name }: TypeCounters): Labels {
  return { namespace, name };
}

function writeRates(lines: string[], counters: Counters): void {
  const rates = counters.types.map((type) => ({ type, ...counters.rates(type) }));
  const names = [
    "inRate",
    "outLocalRate",
    "outRemoteRate",
    "outEgressRate",
    "remoteInvocationFailuresRate",
  ] as const;
  for (const name of names) {
    const metric = gauge(
      `functions_${name}`,
      "Per second, over 60 seconds.",
      (one: (typeof rates)[number]) => one[name],
    );
    write(lines, metric, rates, ({ type }) => typeLabels(type));
  }
}

function write<T>(
  lines: string[],
  { name, type, help, value }: Metric<T>,
  all: readonly T[],
  labels: (of: T) => Labels,
): void {
  const samples = all.flatMap((one) => {
    const number = value(one);
    return number === undefined ? [] : [sample(name, labels(one), number)];
  });
  if (samples.length > 0) lines.push(...heads(name, help, type), ...samples);
}

function heads(name: string, help: string, type: string): readonly string[] {
  return [`# HELP statefun_${name} ${help}`, `# TYPE statefun_${name} ${type}`];
}

function writeHistogram(
  lines: string[],
  name: string,
  help: string,
  all: readonly (readonly [Labels, Histogram])[],
): void {
  if (all.length === 0) return;
  lines.push(...heads(name, help, "histogram"));
  for (const [labels, histogram] of all) {
    let count = 0;
    bucketBoundsMillis.forEach((bound, bucket) => {
      count += histogram.buckets[bucket] ?? 0;
      lines.push(sample(`${name}_bucket`, { ...labels, le: String(bound) }, count));
    });
    lines.push(
      sample(`${name}_bucket`, { ...labels, le: "+Inf" }, histogram.count),
      sample(`${name}_sum`, labels, histogram.sum),
      sample(`${name}_count`, labels, histogram.count),
    );
  }
}

function sample(name: string, labels: Labels, value: number): string {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `statefun_${name}${written.length === 0 ? "" : `{${written.join(",")}}`} ${String(value)}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
