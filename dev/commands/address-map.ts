import { UsageError } from "./usage-error.js";

/**
 * The options `--map from=to` as a map. `@kafka` stands for the Kafka of `statefun cluster`; it is asked for only then.
 *
 * @throws UsageError if an entry has no `=`, or an address is mapped twice
 */
export async function devAddressMap(
  entries: readonly string[],
  kafka: () => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const map = new Map<string, string>();
  for (const entry of entries) {
    const at = entry.indexOf("=");
    const [from, to] = [entry.slice(0, Math.max(at, 0)), entry.slice(at + 1)];
    if (from === "" || to === "") {
      throw new UsageError(`--map ${entry}: write it as from=to, such as functions:8000=127.0.0.1:8000`);
    }
    if (map.has(from)) throw new UsageError(`--map ${entry}: ${from} is mapped twice`);
    map.set(from, to === "@kafka" ? await kafka() : to);
  }
  return map;
}

/** The address of the Kafka that `statefun cluster up` has started from this folder. */
export async function clusterKafka(): Promise<string> {
  const { attach, defaultFolder } = await import("../cluster/background.js");
  return attach(defaultFolder).kafka;
}
