import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { quoted } from "../quoted.js";
import type { RuntimeView } from "../runtime-view.js";
import { checkAccess, type Access } from "./access.js";
import { Problem, problemMediaType, problemOf } from "./problem.js";
import { jsonBody } from "./request-body.js";
import type { Route } from "./route.js";

/** What all requests of a server share. */
export interface ExchangeParts {
  readonly runtime: RuntimeView;
  readonly access: Access;
  /** The operations by path. */
  readonly routes: () => Promise<ReadonlyMap<string, readonly Route[]>>;
}

/** Answers one request; never rejects. */
export async function answer(
  parts: ExchangeParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await perform(parts, request, response);
  } catch (error) {
    const problem = problemOf(error);
    if (response.headersSent) response.destroy();
    else send(response, problem.status, problemMediaType, JSON.stringify(problem), problem.headers);
  }
}

async function perform(
  { runtime, access, routes }: ExchangeParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "", search = ""] = (request.url ?? "").split(/\?(.*)/s);
  const found = (await routes()).get(path);
  if (found?.[0]?.open !== true) checkAccess(access, request.headers);
  const route = routeFor(found, request.method ?? "GET", path);
  const outcome = await route.handle({
    runtime,
    search: new URLSearchParams(search),
    headers: request.headers,
    readBody: () => jsonBody(request),
  });
  if ("stream" in outcome) outcome.stream(response);
  else sendBody(route, outcome.body, request, response);
}

/** @throws Problem 404 without an operation of that path, 405 without one of that method */
function routeFor(found: readonly Route[] | undefined, method: string, path: string): Route {
  if (found === undefined) {
    throw new Problem(
      404,
      "not-found",
      `there is no ${quoted(path)}; see /api/v1/openapi.json for what there is`,
    );
  }
  const route = found.find((one) => one.method === method || (method === "HEAD" && canBeHead(one)));
  if (route !== undefined) return route;
  const allowed = found.flatMap((one) => (canBeHead(one) ? ["GET", "HEAD"] : [one.method])).join(", ");
  throw new Problem(405, "method-not-allowed", `${path} takes ${allowed}, and not ${method}`, {
    allow: allowed,
  });
}

/** A stream has no end that a HEAD could tell of. */
function canBeHead({ method, mediaType }: Route): boolean {
  return method === "GET" && mediaType !== "text/event-stream";
}

function sendBody(route: Route, body: unknown, request: IncomingMessage, response: ServerResponse): void {
  const text = route.answer === undefined ? String(body) : JSON.stringify(body);
  if (!route.cacheable) {
    send(response, 200, route.mediaType, text, {});
    return;
  }
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  const headers = { etag, "cache-control": "no-cache" };
  if (request.headers["if-none-match"] === etag) response.writeHead(304, headers).end();
  else send(response, 200, route.mediaType, text, headers);
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    "content-type": type,
    "content-length": body.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(body); // of a HEAD, Node leaves the body out
}
