import { z } from "zod";
import { openApiDocument } from "../openapi.js";
import { addressRoutes } from "./address-routes.js";
import { egressRoutes } from "./egress-routes.js";
import type { EventStreams } from "./event-streams.js";
import { journalRoutes } from "./journal-routes.js";
import { noParameters } from "./parameters.js";
import { route, type Route } from "./route.js";
import { runtimeRoutes } from "./runtime-routes.js";
import { namedSchemas } from "./schemas.js";

const documentSchema = z
  .looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
  .describe("An OpenAPI 3.1 document.")
  .register(namedSchemas, { id: "OpenApiDocument" });

/** Every operation of the API, that of its document included. */
export function apiRoutes(streams: EventStreams): readonly Route[] {
  let document: z.input<typeof documentSchema> | undefined;
  const routes: readonly Route[] = [
    ...runtimeRoutes,
    ...addressRoutes,
    ...egressRoutes,
    ...journalRoutes(streams),
    route({
      method: "GET",
      path: "/api/v1/openapi.json",
      operation: "getDocument",
      summary: "What this API takes and answers: this document",
      query: noParameters,
      answer: documentSchema,
      cacheable: true,
      handle: () => (document ??= documentSchema.parse(openApiDocument(routes))),
    }),
  ];
  return routes;
}
