import { z } from "zod";

/** The schemas of the API that have a name in its OpenAPI document. */
export const namedSchemas = z.registry<{ readonly id: string }>();

/** A whole number that is not negative: counts, sizes, sequence numbers. */
export const count = z.int().min(0);

/** The lag of an ingress. */
export const lag = z
  .number()
  .describe("Records that wait where the ingress reads; absent if that is not known.");

/** A time. */
export const millis = z.number().describe("Milliseconds since the epoch, on the runtime's clock.");

/** An address. */
export const addressSchema = z
  .object({
    typename: z.string().describe("`<namespace>/<name>` of the function type."),
    id: z.string().describe("Which instance; may be empty."),
  })
  .describe("One instance of a function.")
  .register(namedSchemas, { id: "Address" });

const readable = {
  size: count.describe("Bytes, all of them, whether or not they are shown."),
  base64: z.string().describe("The bytes, or the first of them."),
  truncated: z.boolean().describe("Whether there are more bytes than are shown."),
  value: z
    .unknown()
    .optional()
    .describe(
      "What JSON, or a value of one of StateFun's own types, says. A long beyond 2^53 is text, and so are NaN and the infinities. Numbers inside JSON are those of JavaScript: base64 has them exactly.",
    ),
  text: z.string().optional().describe("Text that is no JSON, or the beginning of a longer text or JSON."),
};

const recordSchema = z
  .object({
    topic: z.string().describe("The topic of Kafka, or the stream of Kinesis."),
    key: z.string().optional().describe("The key; absent if the record has none."),
    ...readable,
  })
  .describe("A record for Kafka or Kinesis, decoded.")
  .register(namedSchemas, { id: "TopicRecord" });

const headerSchema = z.object({
  key: z.string(),
  base64: z.string().optional().describe("The value; absent if it is null."),
});

/** A typed value, decoded for people. */
export const valueSchema = z
  .object({
    typename: z.string().describe("Any text: the runtime does not look into messages."),
    hasValue: z.boolean(),
    ...readable,
    record: recordSchema.optional(),
    headers: z.array(headerSchema).optional().describe("Absent if there are none."),
  })
  .describe(
    "A typed value. Its bytes are always there in base64; `value`, `text` or `record` show what they mean, where they tell.",
  )
  .register(namedSchemas, { id: "TypedValue" });

/** A message in a batch or a mailbox. */
export const messageSchema = z
  .object({
    caller: addressSchema.optional().describe("Who sent it; absent for a message from an ingress."),
    message: valueSchema,
  })
  .register(namedSchemas, { id: "Message" });

/** An error. */
export const errorSchema = z
  .object({
    code: z.string(),
    message: z.string().describe("What is wrong, where, and what to do."),
    address: addressSchema.optional(),
    component: z.string().optional().describe("The id of the ingress or egress concerned."),
    cause: z.string().optional(),
  })
  .register(namedSchemas, { id: "Error" });

/** A problem, as RFC 9457 has it. */
export const problemSchema = z
  .object({
    title: z.string().describe("What the status means."),
    status: z.int(),
    code: z.string().describe("What is wrong, for programs."),
    detail: z.string().describe("What is wrong, and what to do."),
  })
  .describe("Why a request was refused (RFC 9457).")
  .register(namedSchemas, { id: "Problem" });

/** A page of a list: its items, and the cursor of the next page. */
export function pageOf<T extends z.ZodType>(
  id: string,
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodOptional<z.ZodString> }> {
  return z
    .object({
      items: z.array(item),
      next: z.string().optional().describe("The cursor of the next page; absent on the last one."),
    })
    .register(namedSchemas, { id });
}

/** An address as the API writes it. */
export type AddressJson = z.infer<typeof addressSchema>;
/** A typed value as the API writes it. */
export type ValueJson = z.infer<typeof valueSchema>;
/** A message as the API writes it. */
export type MessageJson = z.infer<typeof messageSchema>;
/** An error as the API writes it. */
export type ErrorJson = z.infer<typeof errorSchema>;
/** A problem as the API writes it. */
export type ProblemJson = z.infer<typeof problemSchema>;

/** Whether an egress record may be where it goes. */
export const mayHaveArrived = z
  .boolean()
  .describe("Whether its destination may have it, or a part of it: a delivery of it was begun and failed.");
