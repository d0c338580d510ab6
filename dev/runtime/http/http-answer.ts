import { STATUS_CODES, type ServerResponse } from "node:http";

/** Headers as a flat list of names and values, which Node writes fastest. */
export type HeaderList = readonly string[];

/** Answers with text; nothing is said about when, as nobody caches these answers. */
export function sendText(
  response: ServerResponse,
  status: number,
  mediaType: string,
  body: string,
  headers: HeaderList = [],
): void {
  if (response.headersSent) return;
  response.sendDate = false;
  response.writeHead(status, [
    "content-type",
    mediaType,
    "content-length",
    String(Buffer.byteLength(body)),
    ...headers,
  ]);
  response.end(body);
}

/** Answers with JSON, and a line end for those who read it on a terminal. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: HeaderList = [],
): void {
  sendText(response, status, "application/json", `${JSON.stringify(body)}\n`, headers);
}

/** Why a request is refused. */
export interface Problem {
  /** The HTTP status. */
  readonly status: number;
  /** What is wrong and what to do, a sentence for people. */
  readonly detail: string;
  /** More members of the problem, for programs. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** More headers. */
  readonly headers?: HeaderList;
}

/** Answers with a problem, as RFC 9457 has it. */
export function sendProblem(response: ServerResponse, { status, detail, members, headers }: Problem): void {
  const body = { type: "about:blank", title: STATUS_CODES[status], status, detail, ...members };
  sendText(response, status, "application/problem+json", `${JSON.stringify(body)}\n`, headers);
}
