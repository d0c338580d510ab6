import { z } from "zod";
import type { FunctionAddress, FunctionName } from "../address.js";
import { Problem } from "./problem.js";
import { addressSchema, namedSchemas } from "./schemas.js";

/** Items of a page if the client does not say: a screenful or two. */
const defaultLimit = 100;

/** The most items of a page: some hundred kilobytes of an answer. */
export const maxLimit = 1000;

/** Of each value, the bytes that lists show if the client does not say: enough to tell what it is. */
export const defaultValueBytes = 4096;

/** Of each value, the most bytes that are shown: what a person can look at, and a browser can hold a page of. */
export const maxValueBytes = 2 ** 20;

/** `<namespace>/<name>`: one slash, something on both sides. */
const typenamePattern = /^([^/]+)\/([^/]+)$/;

/** The name of a function type, in a query or a body. */
export const typenameParameter = z
  .string()
  .regex(typenamePattern, "write it as <namespace>/<name>")
  .describe("`<namespace>/<name>` of the function type.");

/** How many items of a list are wanted. */
export const limitParameter = z.coerce
  .number("give a whole number")
  .int("give a whole number")
  .min(1)
  .max(maxLimit)
  .default(defaultLimit)
  .describe("The most items.");

/** How much of each value is shown. */
export const valueBytesParameter = z.coerce
  .number("give a whole number")
  .int("give a whole number")
  .min(0)
  .max(maxValueBytes)
  .default(defaultValueBytes)
  .describe("Of each value, the bytes that are shown; its size is always told.");

/** Which page of a list is wanted. */
export const pageParameters = {
  limit: limitParameter,
  cursor: z.string().optional().describe("`next` of the page before."),
};

/** Which address is meant. */
export const addressParameters = {
  typename: typenameParameter,
  id: z.string().describe("Which instance; may be empty."),
};

/** No parameters at all. */
export const noParameters = z.strictObject({});

/** An address in a body. */
export const addressBody = addressSchema
  .extend({ typename: typenameParameter })
  .register(namedSchemas, { id: "Target" });

/** The two parts of a typename that fits {@link typenameParameter}. */
export function functionName(typename: string): FunctionName {
  const slash = typename.indexOf("/");
  return { namespace: typename.slice(0, slash), name: typename.slice(slash + 1) };
}

/** An address of a query or a body. */
export function functionAddress({
  typename,
  id,
}: {
  readonly typename: string;
  readonly id: string;
}): FunctionAddress {
  return { ...functionName(typename), id };
}

/**
 * The address that may be in a query.
 *
 * @throws Problem 400 if there is only one half of it
 */
export function optionalAddress({
  typename,
  id,
}: {
  readonly typename?: string | undefined;
  readonly id?: string | undefined;
}): FunctionAddress | undefined {
  if (typename !== undefined && id !== undefined) return functionAddress({ typename, id });
  if (typename === undefined && id === undefined) return undefined;
  throw new Problem(400, "invalid-argument", "give both typename and id of the address, or neither");
}
