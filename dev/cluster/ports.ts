import { createServer } from "node:net";
import type { Server } from "node:net";
import { ClusterError } from "./cluster-error.js";
import { systemErrorCode } from "../process/system-error.js";

/** All processes of a cluster listen here and nowhere else: nothing of it is reachable from outside. */
export const host = "127.0.0.1";

/** Ports nobody listens on at this moment, all different. Another program may still take one before it is used. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

/** @throws ClusterError `port-taken` if something already listens on `port`, `invalid-argument` if it is no port. */
export async function checkPortIsFree(port: number, purpose: string): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new ClusterError(
      "invalid-argument",
      `${String(port)} is no port for ${purpose}: give a number from 1 to 65535.`,
    );
  }
  try {
    await close(await listen(port));
  } catch (cause) {
    throw new ClusterError(
      "port-taken",
      `Port ${String(port)}, wanted for ${purpose}, cannot be used (${reason(cause)}). Stop the program that listens ` +
        `there, give another port, or give none: a free one is picked then.`,
      { cause },
    );
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      resolve(server);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening TCP server has a port");
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

function reason(cause: unknown): string {
  const code = systemErrorCode(cause);
  if (code === "EADDRINUSE") return "another process listens there";
  if (code === "EACCES") return "this user may not listen there";
  return String(cause);
}
