import { z } from "zod";
import {
  addressSchema,
  count,
  errorSchema,
  mayHaveArrived,
  lag,
  messageSchema,
  millis,
  namedSchemas,
  pageOf,
  valueSchema,
} from "./schemas.js";

const componentSchema = z.object({
  id: z.string().describe("`<namespace>/<name>`."),
  description: z.string(),
});

/** How the runtime is. */
export const statusSchema = z
  .object({
    state: z
      .enum(["starting", "running", "stopped", "failed", "closed"])
      .describe("After something fatal, `stopped` starts again, and `failed` does not."),
    error: errorSchema.optional().describe("What stopped it last, if it does not run."),
    retryAtMillis: millis.optional().describe("When it starts again."),
    restarts: count,
    startedAtMillis: millis,
    nowMillis: millis,
    uptimeMillis: z.number(),
    clock: z.enum(["real", "virtual"]),
    store: z.enum(["memory", "lmdb"]),
    dataFolder: z.string().optional().describe("Absent if nothing is kept on disk."),
    sync: z.boolean().describe("Whether commits survive power loss."),
    onFatal: z.enum(["restart", "quarantine"]).describe("What becomes of a batch that fails for good."),
    paused: z.boolean().describe("Whether ingresses wait, because too much is outstanding."),
    endpoints: z.array(
      z.object({
        functions: z.string().describe("`<namespace>/<name>`, or `<namespace>/*`."),
        description: z.string(),
        maxNumBatchRequests: z.number(),
      }),
    ),
    ingresses: z.array(componentSchema.extend({ lag: lag.optional() })),
    egresses: z.array(componentSchema),
  })
  .register(namedSchemas, { id: "Status" });

const expirationSchema = z
  .object({ mode: z.enum(["after-write", "after-call"]), millis: z.number() })
  .register(namedSchemas, { id: "Expiration" });

/** All function types. */
export const functionsSchema = z
  .object({
    items: z.array(
      z.object({
        typename: z.string(),
        endpoint: z.string().optional().describe("Absent if no endpoint of the module serves it any more."),
        states: z
          .array(
            z.object({ name: z.string(), typename: z.string(), expiration: expirationSchema.optional() }),
          )
          .describe("What it has registered since the runtime started."),
      }),
    ),
  })
  .register(namedSchemas, { id: "FunctionTypes" });

/** A page of addresses. */
export const addressPageSchema = pageOf(
  "AddressPage",
  z.object({
    address: addressSchema,
    states: count.describe("State values that it holds."),
    stateBytes: count,
    waiting: count.describe("Messages that wait or are in flight."),
    inFlight: z.boolean(),
    quarantined: z.boolean(),
  }),
);

const quarantineReason = {
  sinceMillis: millis,
  code: z.string(),
  message: z.string().describe("What failed, and what to do."),
};

/** One address. */
export const addressDetailSchema = z
  .object({
    address: addressSchema,
    states: z.array(
      z.object({
        name: z.string(),
        typename: z.string(),
        value: valueSchema.optional().describe("Absent if there is none, or it has expired."),
        touchedAtMillis: millis.optional().describe("When it was last written, or called for."),
        expiresAtMillis: millis
          .optional()
          .describe("Absent for never, or until its function has registered it again after a start."),
      }),
    ),
    inFlight: z.object({ batch: count, invocations: count, sinceMillis: millis }).optional(),
    backlog: count.describe("Messages that wait behind the batch in flight."),
    quarantine: z.object(quarantineReason).optional(),
  })
  .register(namedSchemas, { id: "AddressDetail" });

/** A page of the messages that wait for an address. */
export const mailboxPageSchema = pageOf(
  "MailboxPage",
  messageSchema
    .extend({ sequence: count, inFlight: z.boolean() })
    .register(namedSchemas, { id: "WaitingMessage" }),
);

/** A page of delayed messages. */
export const delayPageSchema = pageOf(
  "DelayedMessagePage",
  z.object({
    dueAtMillis: millis,
    sequence: count,
    cancellationToken: z.string().optional(),
    from: addressSchema,
    to: addressSchema,
    message: valueSchema,
  }),
);

/** A page of the records that wait to leave. */
export const outboxPageSchema = pageOf(
  "OutboxPage",
  z.object({ sequence: count, record: valueSchema, mayHaveArrived }),
);

/** A record that was dropped. */
export const droppedRecordSchema = z
  .object({ egress: z.string(), sequence: count, record: valueSchema, mayHaveArrived })
  .register(namedSchemas, { id: "DroppedRecord" });

/** The last records that left. */
export const deliveredSchema = z
  .object({
    items: z.array(z.object({ sequence: count, atMillis: millis, record: valueSchema })),
  })
  .register(namedSchemas, { id: "DeliveredRecords" });

/** A page of addresses that were set aside. */
export const quarantinePageSchema = pageOf(
  "QuarantinePage",
  z.object({
    address: addressSchema,
    ...quarantineReason,
    waiting: count.describe("Messages that wait for it, those of the batch that failed included."),
  }),
);

/** What became of a message that was sent. */
export const sentSchema = z
  .object({
    accepted: z.boolean().describe("False if the idempotency key was known: nothing was taken over again."),
  })
  .register(namedSchemas, { id: "Sent" });

/** How many messages were dropped. */
export const droppedSchema = z.object({ dropped: count }).register(namedSchemas, { id: "Dropped" });

/** Where the clock is. */
export const clockSchema = z.object({ nowMillis: millis }).register(namedSchemas, { id: "Clock" });

/** Whether the runtime runs. */
export const healthSchema = z
  .object({ state: statusSchema.shape.state })
  .register(namedSchemas, { id: "Health" });
