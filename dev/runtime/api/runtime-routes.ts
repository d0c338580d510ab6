import { z } from "zod";
import { serializedTypedValue } from "statefun/wire";
import { addressText, typenameOf } from "../address.js";
import type { RuntimeStatus } from "../runtime-view.js";
import { writtenBytes } from "../values/written-value.js";
import { pageJson } from "./address-routes.js";
import { countersSchema } from "./counter-schemas.js";
import { countersJson } from "./counters-json.js";
import { addressBody, functionAddress, noParameters, pageParameters } from "./parameters.js";
import { Problem } from "./problem.js";
import { prometheusMediaType, prometheusText } from "./prometheus-text.js";
import { route, type Route } from "./route.js";
import {
  clockSchema,
  droppedSchema,
  functionsSchema,
  healthSchema,
  quarantinePageSchema,
  sentSchema,
  statusSchema,
} from "./runtime-schemas.js";
import { namedSchemas } from "./schemas.js";
import { addressJson, errorJson } from "./value-json.js";

/** The longest idempotency key: what names a request, and no document. */
const maxKeyLength = 256;

/** The farthest that the clock is moved at once: a year of virtual time. */
const maxAdvanceMillis = 366 * 24 * 3600 * 1000;

const getStatus = route({
  method: "GET",
  path: "/api/v1/status",
  operation: "getStatus",
  summary: "How the runtime is, and what it is made of",
  query: noParameters,
  answer: statusSchema,
  handle: ({ runtime }) => statusJson(runtime.status()),
});

function statusJson(status: RuntimeStatus): z.input<typeof statusSchema> {
  const { error, retryAtMillis, dataFolder, endpoints, ingresses, egresses, ...rest } = status;
  return {
    ...rest,
    ...(error && { error: errorJson(error) }),
    ...(retryAtMillis !== undefined && { retryAtMillis }),
    ...(dataFolder !== undefined && { dataFolder }),
    uptimeMillis: rest.nowMillis - rest.startedAtMillis,
    endpoints: endpoints.map(({ functions: { namespace, name }, description, maxNumBatchRequests }) => ({
      functions: `${namespace}/${name ?? "*"}`,
      description,
      maxNumBatchRequests,
    })),
    ingresses: ingresses.map(({ id, description, lag }) => ({
      id,
      description,
      ...(lag !== undefined && { lag }),
    })),
    egresses: egresses.map(({ id, description }) => ({ id, description })),
  };
}

const getHealth = route({
  method: "GET",
  path: "/healthz",
  operation: "getHealth",
  summary: "Whether the runtime runs: 200 if it does",
  query: noParameters,
  answer: healthSchema,
  problems: { 503: "It does not run." },
  open: true,
  handle({ runtime }) {
    const { state } = runtime.status();
    if (state === "running") return { state };
    throw new Problem(503, state, `the runtime is ${state}; /api/v1/status says why`);
  },
});

const listFunctions = route({
  method: "GET",
  path: "/api/v1/functions",
  operation: "listFunctions",
  summary: "The function types that messages have been sent to, and the states that they have registered",
  query: noParameters,
  answer: functionsSchema,
  handle: ({ runtime }) => ({
    items: runtime.functionTypes().map((type) => ({
      typename: typenameOf(type),
      ...(type.endpoint !== undefined && { endpoint: type.endpoint }),
      states: type.states.map(({ name, typename, expiration }) => ({
        name,
        typename,
        ...(expiration && { expiration }),
      })),
    })),
  }),
});

const getCounters = route({
  method: "GET",
  path: "/api/v1/counters",
  operation: "getCounters",
  summary: "Everything that is counted",
  query: noParameters,
  answer: countersSchema,
  handle: ({ runtime }) => countersJson(runtime.counters),
});

const getMetrics = route({
  method: "GET",
  path: "/metrics",
  operation: "getMetrics",
  summary: "Everything that is counted, in the text format of Prometheus",
  query: noParameters,
  answer: z.string(),
  mediaType: prometheusMediaType,
  handle: ({ runtime }) => prometheusText(runtime.counters),
});

const messageBody = z
  .strictObject({
    target: addressBody,
    typename: z.string().min(1, "give the typename of the message").describe("The typename of the message."),
    value: z
      .unknown()
      .optional()
      .describe("JSON, or a value of one of StateFun's own types. Numbers are those of JavaScript."),
    text: z.string().optional().describe("Text, as it is."),
    base64: z.string().optional().describe("The bytes."),
  })
  .describe("A message; exactly one of value, text and base64 says what it is.")
  .register(namedSchemas, { id: "OutsideMessage" });

const sendMessage = route({
  method: "POST",
  path: "/api/v1/messages",
  operation: "sendMessage",
  summary: "Sends a message to an address, as an ingress would; answers once it is durable",
  query: noParameters,
  body: messageBody,
  headers: {
    "idempotency-key":
      "Names the message for good: sent again with the same key, it is not taken over again.",
  },
  answer: sentSchema,
  problems: { 404: "No endpoint serves the target.", 503: "The runtime does not run." },
  async handle({ runtime, body: { target, typename, ...written }, headers }) {
    const idempotencyKey = headers["idempotency-key"];
    if (Array.isArray(idempotencyKey) || (idempotencyKey?.length ?? 0) > maxKeyLength) {
      const what = `idempotency-key has more than ${maxKeyLength.toString()} characters`;
      throw new Problem(400, "invalid-argument", `${what}; use a short one, such as a UUID`);
    }
    const argument = serializedTypedValue(typename, writtenBytes(typename, written));
    return {
      accepted: await runtime.send({ target: functionAddress(target), argument, idempotencyKey }),
    };
  },
});

const listQuarantine = route({
  method: "GET",
  path: "/api/v1/quarantine",
  operation: "listQuarantine",
  summary: "The addresses that were set aside, and why",
  query: z.strictObject(pageParameters),
  answer: quarantinePageSchema,
  handle: ({ runtime, query }) =>
    pageJson(runtime.quarantined(query), ({ address, sinceMillis, code, message, waiting }) => ({
      address: addressJson(address),
      sinceMillis,
      code,
      message,
      waiting,
    })),
});

const notInQuarantine = { 404: "The address is not in quarantine.", 503: "The runtime does not run." };

function notSetAside(address: { readonly typename: string; readonly id: string }): Problem {
  const where = addressText(functionAddress(address));
  const detail = `${where} is not in quarantine; /api/v1/quarantine lists what is`;
  return new Problem(404, "not-in-quarantine", detail);
}

const retryQuarantined = route({
  method: "POST",
  path: "/api/v1/quarantine/retry",
  operation: "retryQuarantined",
  summary: "Calls a function again with the batch that failed",
  query: noParameters,
  body: addressBody,
  answer: z.strictObject({}).register(namedSchemas, { id: "Done" }),
  problems: notInQuarantine,
  async handle({ runtime, body }) {
    if (await runtime.retry(functionAddress(body))) return {};
    throw notSetAside(body);
  },
});

const dropQuarantined = route({
  method: "POST",
  path: "/api/v1/quarantine/drop",
  operation: "dropQuarantined",
  summary: "Drops the batch that failed, and goes on with the messages behind it",
  query: noParameters,
  body: addressBody,
  answer: droppedSchema,
  problems: notInQuarantine,
  async handle({ runtime, body }) {
    const dropped = await runtime.drop(functionAddress(body));
    if (dropped !== undefined) return { dropped };
    throw notSetAside(body);
  },
});

const advanceClock = route({
  method: "POST",
  path: "/api/v1/clock/advance",
  operation: "advanceClock",
  summary: "Moves a virtual clock forward; answers once nothing is in flight",
  query: noParameters,
  body: z
    .strictObject({ millis: z.int().min(0).max(maxAdvanceMillis) })
    .register(namedSchemas, { id: "Advance" }),
  answer: clockSchema,
  problems: { 409: "The clock is real." },
  async handle({ runtime, body: { millis } }) {
    if (runtime.advance === undefined) {
      throw new Problem(
        409,
        "real-clock",
        "the clock is real and moves by itself; only a virtual one is moved",
      );
    }
    await runtime.advance(millis);
    return { nowMillis: runtime.status().nowMillis };
  },
});

/** What concerns the runtime as a whole, and what it is asked to do. */
export const runtimeRoutes: readonly Route[] = [
  getHealth,
  getMetrics,
  getStatus,
  listFunctions,
  getCounters,
  sendMessage,
  listQuarantine,
  retryQuarantined,
  dropQuarantined,
  advanceClock,
];
