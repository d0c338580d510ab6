import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { z } from "zod";
import type { RuntimeView } from "../runtime-view.js";
import { Problem } from "./problem.js";

/** What a request brings, checked. */
export interface RouteCall<Q, B> {
  readonly runtime: RuntimeView;
  readonly query: Q;
  readonly body: B;
  readonly headers: IncomingHttpHeaders;
}

/** One operation of the API: what its document says of it, and what it does. */
export interface RouteDefinition<Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  readonly method: "GET" | "POST";
  /** The whole path: parameters are in the query, since an id may be any text, such as `..` or nothing. */
  readonly path: string;
  /** The operation's name in the document. */
  readonly operation: string;
  readonly summary: string;
  readonly query: Q;
  readonly body?: B;
  /** Request headers that the operation looks at, with what they mean. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: A;
  /** What the answer is, if it is not JSON. */
  readonly mediaType?: string;
  /** Problems of its own, with what they mean; those of all operations are left out. */
  readonly problems?: Readonly<Record<number, string>>;
  /** Whether it needs no token. */
  readonly open?: boolean;
  /** Whether the answer stays as it is, so that a client may ask whether it has changed. */
  readonly cacheable?: boolean;
  /** Does it; what is returned becomes the body. */
  readonly handle: (call: RouteCall<z.output<Q>, z.output<B>>) => z.input<A> | Promise<z.input<A>>;
}

/** An operation whose answer goes on for as long as the client stays. */
export interface StreamDefinition<Q extends z.ZodType> {
  readonly method: "GET";
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  readonly query: Q;
  readonly headers: Readonly<Record<string, string>>;
  readonly mediaType: string;
  /** Writes the answer; head and end included. */
  readonly stream: (call: RouteCall<z.output<Q>, undefined>, response: ServerResponse) => void;
}

/** An operation, its types put away. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly operation: string;
  readonly summary: string;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The schema of a JSON answer; other answers are text. */
  readonly answer: z.ZodType | undefined;
  readonly mediaType: string;
  readonly problems: Readonly<Record<number, string>>;
  readonly open: boolean;
  readonly cacheable: boolean;
  /** Checks what the request brings, then does the operation. */
  readonly handle: (request: RouteRequest) => Promise<Outcome>;
}

/** What a request brings, as it came. */
export interface RouteRequest {
  readonly runtime: RuntimeView;
  readonly search: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Reads the body, if the operation has one. */
  readonly readBody: () => Promise<unknown>;
}

/** What comes of a request: a body, or something that writes the answer itself. */
export type Outcome = { readonly body: unknown } | { readonly stream: (response: ServerResponse) => void };

/** An operation that answers once. */
export function route<Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  definition: RouteDefinition<Q, B, A>,
): Route {
  const { query, body, handle, answer, mediaType = "application/json" } = definition;
  return {
    ...definition,
    body,
    headers: definition.headers ?? {},
    answer: mediaType === "application/json" ? answer : undefined,
    mediaType,
    problems: definition.problems ?? {},
    open: definition.open ?? false,
    cacheable: definition.cacheable ?? false,
    async handle({ runtime, search, headers, readBody }) {
      const parsed = parse(query, Object.fromEntries(search), "the query");
      const given = body === undefined ? undefined : parse(body, await readBody(), "the body");
      return { body: await handle({ runtime, query: parsed, body: given as z.output<B>, headers }) };
    },
  };
}

/** An operation whose answer goes on. */
export function streamRoute<Q extends z.ZodType>(definition: StreamDefinition<Q>): Route {
  const { query, stream } = definition;
  return {
    ...definition,
    body: undefined,
    answer: undefined,
    problems: {},
    open: false,
    cacheable: false,
    handle({ runtime, search, headers }) {
      const parsed = parse(query, Object.fromEntries(search), "the query");
      return Promise.resolve({
        stream: (response) => {
          stream({ runtime, query: parsed, body: undefined, headers }, response);
        },
      });
    },
  };
}

/** @throws Problem 400 naming the field, what was found and what is allowed */
function parse<S extends z.ZodType>(schema: S, found: unknown, where: string): z.output<S> {
  const result = schema.safeParse(found);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  const detail = `${where} is not right: ${issues.join("; ")}; see /api/v1/openapi.json`;
  throw new Problem(400, "invalid-argument", detail);
}
