/** The metrics of one worker, in Prometheus' text format. */
export interface WorkerMetrics {
  /** The worker's number, from 1 on: it stays when the worker is replaced. */
  readonly worker: number;
  readonly text: string;
}

/** One metric: the lines about it, and its samples of all workers. Prometheus wants them next to each other. */
interface Family {
  readonly about: Set<string>;
  readonly samples: string[];
}

/**
 * One text of several workers' texts: each sample gets a label `worker`, so that counters, gauges and histograms all
 * keep their meaning; `sum without (worker)` adds them up where that is wanted.
 */
export function labelledByWorker(texts: readonly WorkerMetrics[]): string {
  const families = new Map<string, Family>();
  for (const { worker, text } of texts) {
    let family: Family | undefined;
    for (const line of text.split("\n")) {
      if (line === "" || line === "# EOF") continue;
      const described = /^# (?:HELP|TYPE|UNIT) (\S+)/.exec(line)?.[1];
      if (described !== undefined || family === undefined) {
        const name = described ?? /^[^{\s]*/.exec(line)?.[0] ?? "";
        family = families.get(name) ?? { about: new Set(), samples: [] };
        families.set(name, family);
      }
      if (line.startsWith("#")) family.about.add(line);
      else family.samples.push(labelled(line, worker));
    }
  }
  const isOpenMetrics = texts.some(({ text }) => text.trimEnd().endsWith("# EOF"));
  const lines = [...families.values()].flatMap(({ about, samples }) => [...about, ...samples]);
  return `${[...lines, ...(isOpenMetrics ? ["# EOF"] : [])].join("\n")}\n`;
}

function labelled(sample: string, worker: number): string {
  const label = `worker="${String(worker)}"`;
  const end = /^[^{\s]*/.exec(sample)?.[0].length ?? 0;
  const name = sample.slice(0, end);
  if (sample[end] !== "{") return `${name}{${label}}${sample.slice(end)}`;
  const rest = sample.slice(end + 1);
  return `${name}{${label}${rest.startsWith("}") ? "" : ","}${rest}`;
}
