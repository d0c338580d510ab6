import { z } from "zod";
import { quoted } from "../quoted.js";
import type { RuntimeView } from "../runtime-view.js";
import { pageJson } from "./address-routes.js";
import { defaultValueBytes, noParameters, pageParameters, valueBytesParameter } from "./parameters.js";
import { Problem } from "./problem.js";
import { route, type Route } from "./route.js";
import { deliveredSchema, droppedRecordSchema, outboxPageSchema } from "./runtime-schemas.js";
import { namedSchemas } from "./schemas.js";
import { valueJson } from "./value-json.js";

const egressParameter = z.string().describe("`<namespace>/<name>` of the egress.");

/** @throws Problem 404 unless the module has the egress, or a record was written to one that stands in for it */
function knownEgress(runtime: RuntimeView, egress: string): string {
  const ids = new Set([...runtime.status().egresses, ...runtime.counters.egresses].map(({ id }) => id));
  if (ids.has(egress)) return egress;
  const what = `the module has no egress ${quoted(egress)}`;
  throw new Problem(404, "unknown-egress", `${what}; it has ${[...ids].join(", ") || "none"}`);
}

const listOutbox = route({
  method: "GET",
  path: "/api/v1/egress/outbox",
  operation: "listOutbox",
  summary: "The records that wait to leave through an egress, in order",
  query: z.strictObject({ egress: egressParameter, ...pageParameters, maxValueBytes: valueBytesParameter }),
  answer: outboxPageSchema,
  problems: { 404: "The module has no such egress." },
  handle: ({ runtime, query }) =>
    pageJson(
      runtime.outbox(knownEgress(runtime, query.egress), query),
      ({ sequence, argument, mayHaveArrived }) => ({
        sequence,
        record: valueJson(argument, query.maxValueBytes),
        mayHaveArrived,
      }),
    ),
});

const listDelivered = route({
  method: "GET",
  path: "/api/v1/egress/delivered",
  operation: "listDelivered",
  summary: "The last records that left through an egress, the newest last",
  query: z.strictObject({
    egress: egressParameter,
    limit: pageParameters.limit,
    maxValueBytes: valueBytesParameter,
  }),
  answer: deliveredSchema,
  problems: { 404: "The module has no such egress." },
  handle({ runtime, query: { egress, limit, maxValueBytes } }) {
    const records = runtime.journal.delivered(knownEgress(runtime, egress), limit);
    return {
      items: records.map(({ sequence, atMillis, argument }) => ({
        sequence,
        atMillis,
        record: valueJson(argument, maxValueBytes),
      })),
    };
  },
});

const dropBody = z
  .strictObject({
    egress: egressParameter,
    sequence: z.int().min(1).describe("The `sequence` of the record in the outbox."),
  })
  .describe("Which record: its number confirms that it is the one that was looked at.")
  .register(namedSchemas, { id: "WaitingRecord" });

const dropRecord = route({
  method: "POST",
  path: "/api/v1/egress/drop",
  operation: "dropRecord",
  summary:
    "Drops a record that waits to leave through an egress, for good; waits for the end of a delivery of it that is under way",
  query: noParameters,
  body: dropBody,
  answer: droppedRecordSchema,
  problems: {
    404: "The module has no such egress, or no such record waits for it.",
    503: "The runtime does not run.",
  },
  async handle({ runtime, body: { egress, sequence } }) {
    const dropped = await runtime.dropRecord(knownEgress(runtime, egress), sequence);
    if (dropped !== undefined) {
      const record = valueJson(dropped.argument, defaultValueBytes);
      return { egress, sequence, record, mayHaveArrived: dropped.mayHaveArrived };
    }
    const what = `no record ${sequence.toString()} waits to leave through ${quoted(egress)}`;
    throw new Problem(404, "not-waiting", `${what}; /api/v1/egress/outbox lists those that do`);
  },
});

/** What concerns the records that leave through egresses. */
export const egressRoutes: readonly Route[] = [listOutbox, listDelivered, dropRecord];
