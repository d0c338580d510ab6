import { z } from "zod";
import { field, fields, list, strictText, text, typeName, Wrong } from "./fields.js";
import type { TypeName } from "./module.js";

/** What each message of a topic or stream is, and where it goes. */
export interface Route {
  readonly valueType: string;
  readonly targets: readonly TypeName[];
}

/** The fields of a topic or stream beside its name. */
export const route: { valueType: z.ZodType<string>; targets: z.ZodType<TypeName[]> } = {
  valueType: field(strictText("the typename of the messages")),
  targets: field(targetList).pipe(z.array(field(typeName("a target")))),
};

function targetList(value: unknown): unknown[] | Wrong {
  if (Array.isArray(value)) return value as unknown[];
  const form = "targets is a list of typenames of functions";
  return value === undefined
    ? new Wrong(`it must be given: ${form}`)
    : new Wrong(`${form}; a cluster reads this as no target at all`, [], true);
}

/** `topics` or `streams`: at least one. */
export function routes<T extends Route>(what: "topics" | "streams", item: z.ZodType<T>): z.ZodType<T[]> {
  return list(`${what} is a list with at least one entry`, item).refine(
    (entries) => entries.length > 0,
    `found a list of 0; ${what} is a list with at least one entry.`,
  );
}

/** One entry of `topics`. */
export const topicRoute: z.ZodType<Route & { readonly topic: string }> = fields("an entry of topics", {
  topic: field(text("the name of a topic")),
  ...route,
});

/** One entry of `streams`. */
export const streamRoute: z.ZodType<Route & { readonly stream: string }> = fields("an entry of streams", {
  stream: field(text("the name of a stream")),
  ...route,
});
