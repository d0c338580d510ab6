import { firstEntries, isYamlMap, oneOf, text, Wrong } from "./fields.js";
import type { StartupPosition } from "./module.js";
import { dateForm, parseStartDate } from "./start-date.js";
import { describeFound } from "./yaml-source.js";

type Offsets = Extract<StartupPosition, { readonly type: "specific-offsets" }>["offsets"];

/** Java's `int` and `long`. */
const mostPartition = 2 ** 31 - 1;
const mostOffset = 2n ** 63n - 1n;

/** Reads `startupPosition` of an ingress that knows these types. */
export function startupPosition<const T extends StartupPosition["type"]>(
  ...types: readonly T[]
): (value: unknown) => Extract<StartupPosition, { readonly type: T }> | Wrong {
  return (value) => {
    if (!isYamlMap(value)) return new Wrong("startupPosition is a map with a type");
    const type: StartupPosition["type"] | Wrong = oneOf(...types)(value.type);
    const position = type instanceof Wrong ? at("type", value, type) : positionOf(type, value);
    return position as Extract<StartupPosition, { readonly type: T }> | Wrong;
  };
}

function positionOf(
  type: StartupPosition["type"],
  value: Readonly<Record<string, unknown>>,
): StartupPosition | Wrong {
  if (type === "specific-offsets") {
    const offsets = offsetsOf(value.offsets);
    return offsets instanceof Wrong ? at("offsets", value, offsets) : { type, offsets };
  }
  if (type !== "date") return { type };
  const given = text(dateForm)(value.date);
  if (given instanceof Wrong) return at("date", value, given);
  const epochMillis = parseStartDate(given);
  return epochMillis === undefined
    ? at("date", value, new Wrong(`the date must be ${dateForm}`))
    : { type, epochMillis };
}

/** The same, of a field of the map. */
function at(name: string, map: Readonly<Record<string, unknown>>, wrong: Wrong): Wrong {
  const found = wrong.path.length === 0 ? `found ${describeFound(map[name])}; ` : "";
  return new Wrong(`${found}${wrong.message}`, [name, ...wrong.path], wrong.clusterStarts);
}

function offsetsOf(value: unknown): Offsets | Wrong {
  const form = "offsets is a list of maps with one entry each, such as `- topic/0: 42`";
  const entries = firstEntries(value, form);
  if (entries instanceof Wrong) return new Wrong(entries.message, entries.path);
  if (entries.length === 0) return new Wrong(`${form}, and not empty`);
  const offsets = new Map<string, Offsets[number]>();
  for (const [index, [key, given]] of entries.entries()) {
    const slash = key.lastIndexOf("/");
    const digits = key.slice(slash + 1);
    const partition = /^\+?\d+$/.test(digits) ? Number(digits) : -1;
    if (slash < 1 || partition < 0 || partition > mostPartition) {
      return new Wrong(
        `found "${key}"; it must be <topic>/<partition>, with a partition from 0 to ${String(mostPartition)}`,
        [index, key],
      );
    }
    const offset = offsetOf(given);
    if (offset instanceof Wrong) return new Wrong(offset.message, [index, key], offset.clusterStarts);
    offsets.set(key, { topic: key.slice(0, slash), partition, offset });
  }
  return [...offsets.values()];
}

function offsetOf(value: unknown): bigint | Wrong {
  const written = typeof value === "string" ? value.trim() : value;
  const whole = typeof written === "number" || typeof written === "bigint";
  const offset = whole || (typeof written === "string" && /^\d+$/.test(written)) ? BigInt(written) : -1n;
  if (offset >= 0n && offset <= mostOffset) return offset;
  return new Wrong(
    `found ${describeFound(value)}; an offset is a whole number from 0 to ${String(mostOffset)} (a cluster would read something else into this)`,
    [],
    true,
  );
}
