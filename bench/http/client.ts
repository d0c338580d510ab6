import type { ServerProcess } from "./server-process.js";

/** As many connections as a cluster of a few slots keeps busy, each with one request at a time. */
export const connectionCount = 32;

/** What a server did under load. */
export interface Load {
  /** Requests answered. */
  readonly requests: number;
  readonly requestsPerSecond: number;
}

/** A program that sends requests as fast as they are answered. */
export interface Client {
  /** What it is, for whoever reads the figures. */
  readonly description: string;
  /**
   * Sends the requests in turns for `seconds` over {@link connectionCount} connections.
   *
   * @throws Error if an answer has another status than 200, or a connection breaks
   */
  load(server: ServerProcess, requests: readonly Uint8Array[], seconds: number): Promise<Load>;
}

/** What a cluster sends with a body. The client adds its host and the length. */
export const requestHeaders: Readonly<Record<string, string>> = {
  "content-type": "application/octet-stream",
  accept: "application/octet-stream",
  "accept-encoding": "gzip,deflate",
  "user-agent": "statefun",
};
