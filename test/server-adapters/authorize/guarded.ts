import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Server } from "node:net";
import { inspect } from "node:util";
import express from "express";
import { requestReplyHandler, type RequestReplyHandler } from "statefun";
import type { Authorize } from "statefun/authorize";
import { serve as serveExpress } from "statefun/express";
import { serve } from "statefun/node";
import { conformanceFunction } from "../conformance-functions.js";
import { Log } from "../log.js";
import { head, RawClient, type RawResponse } from "../raw-client.js";
import { hi } from "../requests.js";

/** Makes a server, of whatever kind, for functions that `authorize` guards. */
export type Guarded = (functions: RequestReplyHandler, authorize: Authorize) => Server;

/** The hosts that the checks are tried on. */
export const hosts: readonly { readonly host: string; readonly guarded: Guarded }[] = [
  {
    host: "node:http",
    guarded: (functions, authorize) => http.createServer(serve(functions, { authorize })),
  },
  {
    host: "Express",
    guarded: (functions, authorize) =>
      http.createServer(express().use("/", serveExpress(functions, { authorize }))),
  },
];

/** What a guarded host did. */
export interface Guarding<T> {
  readonly result: T;
  /** The codes of the failures reported, in order. */
  readonly codes: readonly string[];
  /** All that the reports say: messages, stacks, causes. */
  readonly reports: string;
  /** The messages that the function has run on. */
  readonly ran: readonly string[];
}

/** Starts a guarded host on a port of its own, uses it, and stops it whatever happened. */
export async function guarding<T>(
  authorize: Authorize,
  use: (port: number) => Promise<T>,
  guarded: Guarded = (hosts[0] as { guarded: Guarded }).guarded,
): Promise<Guarding<T>> {
  const log = new Log();
  const reports: string[] = [];
  const functions = requestReplyHandler([conformanceFunction(log)], {
    onError: (error) => {
      log.add(`report ${error.code}`);
      reports.push(inspect(error, { depth: 10, showHidden: true }));
    },
  });
  const server = guarded(functions, authorize).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const result = await use((server.address() as AddressInfo).port);
    return { result, codes: log.of("report"), reports: reports.join("\n"), ran: log.of("ran") };
  } finally {
    if (server instanceof http.Server) server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}

/** A request of a test: what differs from a batch that a cluster sends. */
export interface Attempt {
  readonly path?: string;
  /** Header lines, so that one may come twice. */
  readonly headers?: readonly string[];
  readonly body?: Uint8Array;
}

/** Sends one request on a connection and waits for its answer. */
export async function attempt(
  client: RawClient,
  { path = "/statefun", headers = [], body = hi }: Attempt,
): Promise<RawResponse> {
  const lines = headers.map((line) => `${line}\r\n`).join("");
  const start = head(`POST ${path}`, {
    "content-type": "application/octet-stream",
    "content-length": body.length,
  });
  await client.send(start.replace(/\r\n$/, `${lines}\r\n`), body);
  return client.response();
}

/** Sends requests that are let in one after another, on one connection. */
export async function attempts(port: number, ...all: readonly Attempt[]): Promise<RawResponse[]> {
  const client = await RawClient.connect({ port });
  const responses: RawResponse[] = [];
  for (const one of all) responses.push(await attempt(client, one));
  await client.hangUp();
  return responses;
}

/** Sends a request that is refused; `ended` is how the connection did, once the client had nothing more to send: undefined if orderly. */
export async function refusal(
  port: number,
  one: Attempt,
): Promise<{ readonly response: RawResponse; readonly ended: string | undefined }> {
  const client = await RawClient.connect({ port });
  const response = await attempt(client, one);
  client.finish();
  return { response, ended: await client.closed() };
}

/** Only to see what is in it. */
export function textOf(response: RawResponse): string {
  return `${JSON.stringify(response.headers)} ${String(response.body)}`;
}
