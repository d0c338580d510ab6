import { z } from "zod";
import type { Route } from "./api/route.js";
import { namedSchemas, problemSchema } from "./api/schemas.js";

/** The version of OpenAPI that {@link openApiDocument} is written in. */
const openApiVersion = "3.1.0";

/** A part of a JSON document. */
type Json = Readonly<Record<string, unknown>>;

const description = [
  "What a dev runtime knows of itself: addresses, state, mailboxes, delayed messages, egress records, the journal, counters.",
  "",
  "Lists come page by page: `next` of one page is `cursor` of the following one. Times are milliseconds since the epoch on the runtime's clock. A refused request is answered with a Problem whose `detail` says what to do. Answers may get more fields.",
].join("\n");

/** Problems that any operation may be answered with. */
const commonProblems: Readonly<Record<number, string>> = {
  400: "The query or the body is not right.",
  401: "The token is missing or wrong.",
  403: "The request comes from a web page of another origin, or asks for a foreign host.",
  500: "The runtime has a defect.",
};

/** Problems that any operation with a body may be answered with. */
const bodyProblems: Readonly<Record<number, string>> = {
  413: "The body is too large.",
  415: "The body is not sent as JSON.",
};

/** The OpenAPI document of `routes`, made of what they check and answer. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: openApiVersion,
    info: {
      title: "StateFun dev runtime",
      version: "1",
      description,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{}, { token: [] }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "Needed if the API is reached from other machines, or was started with a token.",
        },
      },
    },
  };
}

function operationOf(route: Route): Json {
  const { operation, summary, body, open } = route;
  const common = { ...commonProblems, ...(body && bodyProblems), ...route.problems };
  const problems = Object.entries(common).map(([status, what]) => [status, problemAnswer(what)] as const);
  return {
    operationId: operation,
    summary,
    ...(open && { security: [{}] }),
    parameters: [...queryParameters(route), ...headerParameters(route)],
    ...(body && {
      requestBody: { required: true, content: { "application/json": { schema: reference(body) } } },
    }),
    responses: {
      200: { description: "Done.", content: { [mediaType(route)]: { schema: answerSchema(route) } } },
      ...Object.fromEntries(problems),
    },
  };
}

/** The media type without its parameters. */
function mediaType({ mediaType }: Route): string {
  return mediaType.replace(/ *;.*$/, "");
}

function answerSchema({ answer }: Route): Json {
  return answer === undefined ? { type: "string" } : reference(answer);
}

function problemAnswer(what: string): Json {
  return { description: what, content: { "application/problem+json": { schema: reference(problemSchema) } } };
}

/** Where the document has a schema that has a name. */
function reference(schema: z.ZodType): Json {
  const id = namedSchemas.get(schema)?.id;
  return id === undefined ? z.toJSONSchema(schema) : { $ref: schemaUri(id) };
}

function schemaUri(id: string): string {
  return `#/components/schemas/${id}`;
}

function queryParameters({ query }: Route): readonly Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "output", unrepresentable: "any" });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as {
      readonly description?: string;
      readonly default?: unknown;
    };
    const isRequired = required.includes(name) && schema.default === undefined;
    return { name, in: "query", required: isRequired, description, schema };
  });
}

function headerParameters({ headers }: Route): readonly Json[] {
  return Object.entries(headers).map(([name, what]) => ({
    name,
    in: "header",
    required: false,
    description: what,
    schema: { type: "string" },
  }));
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(namedSchemas, {
    uri: schemaUri,
    // Answers may get more fields; what is sent may have none that mean nothing.
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      if (def.type === "object" && def.catchall === undefined) delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutNames(schema)]));
}

/** A schema without what only a document of its own needs. */
function withoutNames(schema: Json): Json {
  const plain: { $schema?: unknown; $id?: unknown } = { ...schema };
  delete plain.$schema;
  delete plain.$id;
  return plain;
}
