import { z } from "zod";
import { addressText } from "../address.js";
import type { AddressDetail, Page } from "../runtime-view.js";
import {
  addressParameters,
  functionAddress,
  functionName,
  optionalAddress,
  pageParameters,
  typenameParameter,
  valueBytesParameter,
} from "./parameters.js";
import { Problem } from "./problem.js";
import { route, type Route } from "./route.js";
import {
  addressDetailSchema,
  addressPageSchema,
  delayPageSchema,
  mailboxPageSchema,
} from "./runtime-schemas.js";
import { addressJson, typedBytesJson, valueJson } from "./value-json.js";

/** A page with its items as the API writes them. */
export function pageJson<T, J>(
  { items, next }: Page<T>,
  json: (item: T) => J,
): { items: J[]; next?: string } {
  return { items: items.map(json), ...(next !== undefined && { next }) };
}

const listAddresses = route({
  method: "GET",
  path: "/api/v1/addresses",
  operation: "listAddresses",
  summary: "The addresses that hold state or that messages wait for, page by page",
  query: z.strictObject({
    typename: typenameParameter.optional(),
    idPrefix: z.string().optional().describe("How the id begins; needs a typename."),
    ...pageParameters,
  }),
  answer: addressPageSchema,
  handle({ runtime, query: { typename, idPrefix, limit, cursor } }) {
    if (idPrefix !== undefined && typename === undefined) {
      throw new Problem(400, "invalid-argument", "idPrefix needs a typename: give the function type too");
    }
    const type = typename === undefined ? undefined : functionName(typename);
    return pageJson(runtime.addresses({ type, idPrefix, limit, cursor }), ({ address, ...rest }) => ({
      address: addressJson(address),
      ...rest,
    }));
  },
});

const getAddress = route({
  method: "GET",
  path: "/api/v1/address",
  operation: "getAddress",
  summary: "One address: its state, decoded, the batch in flight, the backlog, and whether it is set aside",
  query: z.strictObject({ ...addressParameters, maxValueBytes: valueBytesParameter }),
  answer: addressDetailSchema,
  problems: { 404: "Nothing is known of the address." },
  handle({ runtime, query }) {
    const address = functionAddress(query);
    const detail = runtime.address(address);
    if (detail !== undefined) return detailJson(detail, query.maxValueBytes);
    throw new Problem(
      404,
      "unknown-address",
      `nothing is known of ${addressText(address)}: it holds no state and no message waits for it; see /api/v1/addresses`,
    );
  },
});

function detailJson(detail: AddressDetail, maxBytes: number): z.input<typeof addressDetailSchema> {
  const { address, states, inFlight, backlog, quarantine } = detail;
  return {
    address: addressJson(address),
    states: states.map(({ name, typename, bytes, touchedMillis, expiresAtMillis }) => ({
      name,
      typename,
      ...(bytes && { value: typedBytesJson(typename, bytes, maxBytes) }),
      ...(touchedMillis !== undefined && { touchedAtMillis: touchedMillis }),
      ...(expiresAtMillis !== undefined && { expiresAtMillis }),
    })),
    ...(inFlight && { inFlight }),
    backlog,
    ...(quarantine && { quarantine }),
  };
}

const listMailbox = route({
  method: "GET",
  path: "/api/v1/address/mailbox",
  operation: "listMailbox",
  summary: "The messages that wait for an address, in the order in which they will be processed",
  query: z.strictObject({ ...addressParameters, ...pageParameters, maxValueBytes: valueBytesParameter }),
  answer: mailboxPageSchema,
  handle: ({ runtime, query }) =>
    pageJson(runtime.mailbox(functionAddress(query), query), ({ sequence, inFlight, caller, argument }) => ({
      sequence,
      inFlight,
      ...(caller && { caller: addressJson(caller) }),
      message: valueJson(argument, query.maxValueBytes),
    })),
});

const listDelayedMessages = route({
  method: "GET",
  path: "/api/v1/delayed-messages",
  operation: "listDelayedMessages",
  summary: "Delayed messages in the order in which they come due; with an address, those from it or to it",
  query: z.strictObject({
    typename: typenameParameter.optional(),
    id: z.string().optional().describe("Goes with typename."),
    ...pageParameters,
    maxValueBytes: valueBytesParameter,
  }),
  answer: delayPageSchema,
  handle: ({ runtime, query }) =>
    pageJson(
      runtime.delayedMessages({ ...query, address: optionalAddress(query) }),
      ({ dueMillis, sequence, cancellationToken, from, to, argument }) => ({
        dueAtMillis: dueMillis,
        sequence,
        ...(cancellationToken !== undefined && { cancellationToken }),
        from: addressJson(from),
        to: addressJson(to),
        message: valueJson(argument, query.maxValueBytes),
      }),
    ),
});

/** What concerns addresses. */
export const addressRoutes: readonly Route[] = [listAddresses, getAddress, listMailbox, listDelayedMessages];
