import { egress, jsonType } from "statefun";
import { z } from "zod";

/** What the egress of the playground takes. */
export const EgressRecord = jsonType(
  "io.statefun.playground/EgressRecord",
  z.object({ topic: z.string(), payload: z.string() }),
);

/** The egress of the playground. */
export const Playground = egress("io.statefun.playground/egress", [EgressRecord]);
