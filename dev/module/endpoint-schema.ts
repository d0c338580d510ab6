import type { z } from "zod";
import {
  field,
  fields,
  isYamlMap,
  looseWhole,
  optional,
  strictText,
  strictWhole,
  text,
  Wrong,
} from "./fields.js";
import { transportTypes } from "./kinds.js";
import type { EndpointSpec, TransportSpec } from "./module.js";
import { parseTypeName, typeNameForm } from "./type-name.js";
import { DecimalNumber } from "./yaml-scalar.js";

/** How many messages for one address may wait before ingresses pause. */
const defaultMaxNumBatchRequests = 1000;

const targetForm = "functions are <namespace>/<name> or <namespace>/*, such as example/greeter";
const templateForm = "a URL, such as http://127.0.0.1:8000/statefun";

type Functions = EndpointSpec["functions"];

function functionsOf(given: string): Functions | Wrong {
  const type = parseTypeName(given);
  if (type === undefined || type.namespace.includes("*")) return new Wrong(targetForm);
  if (type.name === "*") return { namespace: type.namespace, name: undefined };
  return type.name.includes("*") ? new Wrong(targetForm) : type;
}

function functions(read: (value: unknown) => string | Wrong): (value: unknown) => Functions | Wrong {
  return (value) => {
    const given = read(value);
    return given instanceof Wrong ? given : functionsOf(given);
  };
}

function transport(value: unknown): TransportSpec | Wrong {
  if (!isYamlMap(value)) return new Wrong("transport is a map with type and properties");
  const type = transportType(value.type);
  if (type instanceof Wrong) return type;
  return { type, properties: asWritten(value, "type") };
}

function transportType(value: unknown): TransportSpec["type"] | Wrong {
  const allowed = Object.values(transportTypes).join(" and ");
  if (value === undefined) return "async";
  const name = typeof value === "string" ? parseTypeName(value) : undefined;
  if (name === undefined) return new Wrong(`the type is ${typeNameForm}; allowed are ${allowed}`, ["type"]);
  const full = `${name.namespace}/${name.name}`;
  if (full === transportTypes.async) return "async";
  if (full === transportTypes.okhttp) return "okhttp";
  return new Wrong(`found "${full}"; there are the transports ${allowed}`, ["type"]);
}

/** A map without one of its keys, its numbers as JavaScript has them. */
function asWritten(map: Readonly<Record<string, unknown>>, without?: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([key]) => key !== without)
      .map(([key, value]) => [key, plain(value)]),
  );
}

function plain(value: unknown): unknown {
  if (value instanceof DecimalNumber) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  return isYamlMap(value) ? asWritten(value) : value;
}

/** The `spec` of `io.statefun.endpoints.v2/http`. */
export const endpointV2: z.ZodType<EndpointSpec> = fields("an endpoint's spec", {
  functions: field(functions(text(targetForm))),
  urlPathTemplate: field(text(templateForm)),
  maxNumBatchRequests: optional(looseWhole, defaultMaxNumBatchRequests),
  transport: optional<TransportSpec>(transport, { type: "async", properties: {} }),
});

/** The `spec` of `io.statefun.endpoints.v1/http`, whose transport is okhttp and has the spec for its properties. */
export const endpointV1: z.ZodType<EndpointSpec> = fields("an endpoint's spec", {
  functions: field(functions(strictText(targetForm))),
  urlPathTemplate: field(strictText(templateForm)),
  maxNumBatchRequests: field((value) =>
    value === undefined ? defaultMaxNumBatchRequests : strictWhole(value),
  ),
  timeouts: field((value) => value),
}).transform(({ timeouts, ...spec }) => ({
  ...spec,
  transport: {
    type: "okhttp",
    properties: timeouts === undefined ? {} : { timeouts: plain(timeouts) },
  },
}));
