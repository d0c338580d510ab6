import { z } from "zod";
import {
  addressSchema,
  count,
  errorSchema,
  mayHaveArrived,
  messageSchema,
  millis,
  namedSchemas,
  valueSchema,
} from "./schemas.js";

/** Names an entry for good: a reader gives it back to go on behind it. */
const entryId = z.string().describe("Names the entry; a reader goes on behind it by giving it back.");

const head = { id: entryId, atMillis: millis };

const stateEntry = z.object({
  name: z.string(),
  value: valueSchema.optional().describe("Absent if the state is registered and holds no value."),
});

const mutation = z.object({
  name: z.string(),
  what: z.enum(["modify", "delete"]),
  value: valueSchema.optional(),
});

const sent = z.object({ to: addressSchema, message: valueSchema });

const delayed = z.object({
  to: addressSchema,
  message: valueSchema,
  delayMillis: z.string().describe("A whole number of 64 bits, as text."),
  cancellationToken: z.string().optional(),
});

const egressRecord = z.object({
  egress: z.string().describe("The id of the egress."),
  record: valueSchema,
});

const missing = z.object({
  name: z.string(),
  typename: z.string(),
  expiration: z
    .object({ mode: z.enum(["none", "after-write", "after-call"]), millis: z.string() })
    .optional()
    .describe("Absent where the function said nothing; the duration is a whole number of 64 bits, as text."),
});

const result = {
  mutations: z.array(mutation),
  messages: z.array(sent),
  delayedMessages: z.array(delayed),
  cancellations: z.array(z.string()).describe("The cancellation tokens."),
  egressRecords: z.array(egressRecord),
};

/** Something that happened. */
export const journalEntrySchema = z
  .discriminatedUnion("kind", [
    z
      .object({
        ...head,
        kind: z.literal("admitted"),
        ingress: z.string(),
        addresses: z.array(addressSchema),
      })
      .describe("A record of an ingress became messages."),
    z
      .object({
        ...head,
        kind: z.literal("request"),
        batch: count.describe("Numbers the batches of one run, those that were sent again included."),
        address: addressSchema,
        size: count.describe("Bytes of the request."),
        states: z.array(stateEntry),
        invocations: z.array(messageSchema),
      })
      .describe("A batch was sent to a function."),
    z
      .object({ ...head, kind: z.literal("attempt-failed"), address: addressSchema, why: z.string() })
      .describe("An attempt to call a function failed; it is tried again as long as its budget lasts."),
    z
      .object({
        ...head,
        kind: z.literal("reply"),
        batch: count,
        address: addressSchema,
        millis: z.number().describe("Milliseconds from the request to the reply, all attempts included."),
        result: z.object(result).optional().describe("What the batch did."),
        missing: z
          .array(missing)
          .optional()
          .describe("The states that were missing; the batch is sent again."),
      })
      .describe("A reply was applied: it has a result, or says which states are missing."),
    z
      .object({ ...head, kind: z.literal("delay-elapsed"), from: addressSchema, to: addressSchema })
      .describe("A delayed message came due and was sent."),
    z
      .object({
        ...head,
        kind: z.literal("delivered"),
        egress: z.string(),
        sequence: count,
        record: valueSchema,
      })
      .describe("A record left through an egress, and its destination has it."),
    z
      .object({ ...head, kind: z.literal("ingress-failed"), ingress: z.string(), error: errorSchema })
      .describe("An ingress could not read and tries again; told once, until it is back."),
    z
      .object({ ...head, kind: z.literal("ingress-recovered"), ingress: z.string() })
      .describe("An ingress that could not read does so again."),
    z
      .object({ ...head, kind: z.literal("egress-failed"), egress: z.string(), error: errorSchema })
      .describe("An egress could not deliver and tries again."),
    z
      .object({ ...head, kind: z.literal("egress-recovered"), egress: z.string() })
      .describe("An egress that could not deliver does so again."),
    z
      .object({
        ...head,
        kind: z.literal("egress-dropped"),
        egress: z.string(),
        sequence: count,
        record: valueSchema,
        mayHaveArrived,
      })
      .describe("A record of an egress was dropped because somebody asked for it."),
    z.object({ ...head, kind: z.literal("running"), restarts: count }).describe("The runtime runs."),
    z
      .object({
        ...head,
        kind: z.literal("stopped"),
        error: errorSchema,
        retryMillis: z.number().optional().describe("When it starts again; absent for never."),
      })
      .describe("Something fatal stopped the runtime."),
    z
      .object({
        ...head,
        kind: z.literal("quarantine"),
        what: z.enum(["parked", "retried", "dropped"]),
        address: addressSchema,
        error: errorSchema.optional(),
      })
      .describe("An address was set aside, taken up again, or its batch was dropped."),
    z
      .object({ ...head, kind: z.literal("quarantine-full"), addresses: count, bytes: count })
      .describe("The messages of addresses that are set aside take so much memory that ingresses pause."),
    z
      .object({ ...head, kind: z.literal("quarantine-relieved") })
      .describe("They take less again, and ingresses go on."),
  ])
  .describe("Something that happened in the runtime.")
  .register(namedSchemas, { id: "JournalEntry" });

/** Entries of the journal. */
export const journalPartSchema = z
  .object({
    entries: z.array(journalEntrySchema).describe("In the order in which they happened."),
    last: entryId.describe("Behind what to go on reading: the `after` of the next request."),
    missed: count.describe(
      "Entries behind `after` that the journal has dropped already, filters not applied; all of them if `after` belongs to an earlier run of the process.",
    ),
  })
  .register(namedSchemas, { id: "JournalPart" });

/** The kinds of entries. */
export const entryKinds = [
  "admitted",
  "request",
  "attempt-failed",
  "reply",
  "delay-elapsed",
  "delivered",
  "ingress-failed",
  "ingress-recovered",
  "egress-failed",
  "egress-recovered",
  "egress-dropped",
  "running",
  "stopped",
  "quarantine",
  "quarantine-full",
  "quarantine-relieved",
] as const;

/** An entry as the API writes it. */
export type EntryJson = z.infer<typeof journalEntrySchema>;
/** A part of the journal as the API writes it. */
export type JournalPartJson = z.infer<typeof journalPartSchema>;
