import type { z } from "zod";
import { field, fields, list, looseWhole, text, Wrong } from "./fields.js";
import { playgroundIds } from "./kinds.js";
import type { PlaygroundEgressSpec, PlaygroundIngressSpec } from "./module.js";

/** The highest port of TCP. */
const highestPort = 65_535;

function port(value: unknown): number | Wrong {
  const form = `the port to listen on, from 1 to ${String(highestPort)} (0: any free one)`;
  if (value === undefined || value === null) return new Wrong(`it must be given: ${form}`);
  const number = looseWhole(value);
  return number instanceof Wrong || number < 0 || number > highestPort
    ? new Wrong(`it must be ${form}`)
    : number;
}

/** The `spec` of `io.statefun.playground.v1/ingress`. */
export const playgroundIngress: z.ZodType<PlaygroundIngressSpec> = fields("an ingress's spec", {
  port: field(port),
}).transform((spec) => ({ kind: "playground", id: playgroundIds.ingress, port: spec.port }));

/** The `spec` of `io.statefun.playground.v1/egress`. */
export const playgroundEgress: z.ZodType<PlaygroundEgressSpec> = fields("an egress's spec", {
  port: field(port),
  topics: list("topics is a list of names", field(text("the name of a topic"))),
}).transform((spec) => ({
  kind: "playground",
  id: playgroundIds.egress,
  port: spec.port,
  topics: [...new Set(spec.topics)],
}));
