import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { RequestReplyHandler } from "../sdk/request-reply-handler.js";
import type { ServeOptions } from "./answer.js";
import { exchange } from "./node-exchange.js";

/** What the plugin is registered with. */
export interface FastifyServeOptions {
  /**
   * Where the functions are served, below the prefix of the registration: a path of Fastify's router. Every path that
   * no other route has if left out.
   */
  readonly path?: string;
}

/** What {@link serve} returns: a plugin for `app.register`. */
export type FastifyPlugin = FastifyPluginCallback<FastifyServeOptions>;

/**
 * Serves `functions` as a plugin of Fastify 5: `app.register(serve(functions), { path: "/statefun" })`.
 *
 * Body parsers of the application are left alone, and do not see batches. Its hooks run, up to `preHandler` and then
 * `onResponse`, and headers that they set with `reply.header` are sent; the answer itself is written past Fastify, so
 * no `onSend` hook can change it. Answers as the status table in docs/serving.md says, and reports each failure to
 * `onError` once; other methods on the path are answered with 405.
 *
 * @example
 * ```ts
 * import Fastify from "fastify";
 * import { requestReplyHandler } from "statefun";
 * import { serve } from "statefun/fastify";
 *
 * const app = Fastify({ keepAliveTimeout: 20_000 });
 * app.register(serve(requestReplyHandler([])), { path: "/statefun" });
 * await app.listen({ port: 8000 });
 * ```
 */
export function serve(functions: RequestReplyHandler, options: ServeOptions = {}): FastifyPlugin {
  const handler = ({ raw }: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    exchange(functions, raw, reply.raw, options);
  };
  return (scope, { path = "*" }, done) => {
    leaveBodiesAlone(scope);
    scope.addHook("onRequest", hideEmptyMediaType);
    scope.setErrorHandler((error, request, reply) => {
      if (!isRefusalOfHead(error, request)) throw error;
      handler(request, reply);
    });
    scope.all(path, handler);
    done();
  };
}

/** No parser of the application sees a body, and none is read before a limit is known. */
function leaveBodiesAlone(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _payload, done) => {
    done(null);
  });
}

/** Fastify refuses an empty content type, where an absent one is fine; they mean the same. */
function hideEmptyMediaType({ headers }: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const [mediaType] = headers["content-type"]?.split(";", 1) ?? [];
  if (mediaType?.trim() === "") delete headers["content-type"];
  done();
}

const refusalsOfHead: readonly unknown[] = [
  "FST_ERR_CTP_INVALID_MEDIA_TYPE",
  "FST_ERR_ROUTE_MISSING_CONTENT_TYPE",
];

/**
 * Whether Fastify has refused what the adapter refuses too, in words of its own. Hooks have not all run then, so nothing
 * that could be served may pass.
 */
function isRefusalOfHead(error: unknown, { method, headers }: FastifyRequest): boolean {
  if (!(error instanceof Error) || !("code" in error) || !refusalsOfHead.includes(error.code)) return false;
  return (
    method !== "POST" || !/^\s*(application\/octet-stream)?\s*(;|$)/i.test(headers["content-type"] ?? "")
  );
}

export type { ServeOptions } from "./answer.js";
