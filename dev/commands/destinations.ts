import type { Egress } from "../runtime/egress/egress.js";
import { UsageError } from "./usage-error.js";

/** Where the command line sends the records of egresses, by their ids. */
export interface Destinations {
  /** Files that they are appended to. */
  readonly files: ReadonlyMap<string, string>;
  /** URLs that they are posted to. */
  readonly webhooks: ReadonlyMap<string, string>;
}

/**
 * What `--output egress=file` and `--webhook egress=url` say.
 *
 * @throws UsageError if an egress has two destinations
 */
export function destinationsOf(files: readonly string[], webhooks: readonly string[]): Destinations {
  const taken = new Set<string>();
  const assigned = (option: string, entries: readonly string[]): ReadonlyMap<string, string> => {
    return new Map(
      entries.map((entry) => {
        const at = entry.indexOf("=");
        const id = entry.slice(0, at);
        if (taken.has(id)) throw new UsageError(`${option} ${entry}: ${id} has a destination already`);
        taken.add(id);
        return [id, entry.slice(at + 1)];
      }),
    );
  };
  return { files: assigned("--output", files), webhooks: assigned("--webhook", webhooks) };
}

/** The egresses that write there. */
export async function destinationEgresses({ files, webhooks }: Destinations): Promise<Egress[]> {
  const egresses: Egress[] = [];
  if (files.size > 0) {
    const { fileEgress } = await import("../runtime/egress/file.js");
    for (const [id, path] of files) egresses.push(fileEgress({ id, path }));
  }
  if (webhooks.size > 0) {
    const { webhookEgress } = await import("../runtime/egress/webhook.js");
    for (const [id, url] of webhooks) egresses.push(webhookEgress({ id, url }));
  }
  return egresses;
}
