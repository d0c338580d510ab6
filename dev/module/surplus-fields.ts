import { didYouMean } from "./did-you-mean.js";
import { isYamlMap } from "./fields.js";
import { kinds, transportTypes } from "./kinds.js";
import { fieldsUnder, supportOf } from "./support.js";
import type { Path } from "./yaml-source.js";

/** A field without effect, and a sentence about it. */
export interface SurplusField {
  readonly path: Path;
  readonly message: string;
}

/** Maps whose keys are the author's: not fields. */
const free = new Set(["properties", "clientConfigProperties", "startupPosition.offsets"]);

/** The fields of a component's spec that have no effect: unknown ones, and those the table knows to have none. */
export function surplusFields(kind: string, spec: unknown): readonly SurplusField[] {
  const found = surplus(kind, spec, "", []);
  if (kind !== kinds.endpointV2 || !isYamlMap(spec) || !isYamlMap(spec.transport)) return found;
  const { type, ...properties } = spec.transport;
  const okhttp = typeof type === "string" && type.startsWith(transportTypes.okhttp);
  const transport = okhttp ? transportTypes.okhttp : transportTypes.async;
  return [...found, ...surplus(transport, properties, "", ["transport"])];
}

function surplus(kind: string, value: unknown, field: string, path: Path): readonly SurplusField[] {
  if (free.has(field)) return [];
  if (Array.isArray(value)) {
    return (value as unknown[]).flatMap((item, index) => surplus(kind, item, `${field}[]`, [...path, index]));
  }
  if (!isYamlMap(value)) return [];
  return Object.entries(value).flatMap(([name, inner]): readonly SurplusField[] => {
    const full = field === "" ? name : `${field}.${name}`;
    const below = [...path, name];
    const row = supportOf(kind, full);
    if (row?.use === "ignored") return [{ path: below, message: `it has no effect: ${row.because}.` }];
    if (row !== undefined) {
      // The properties of a transport have a table of their own.
      return kind === kinds.endpointV2 && full === "transport" ? [] : surplus(kind, inner, full, below);
    }
    const known = fieldsUnder(kind, field);
    const hint = known.length === 0 ? "" : didYouMean(name, known);
    return [{ path: below, message: `there is no such field, and it has no effect.${hint}` }];
  });
}
