import { StateFunError } from "../../sdk/errors.js";
import type { ListeningAt } from "./listen-settings.js";

/** What to do about each of the system's errors, on a port and on a socket file. */
const advice: ReadonlyMap<string, { readonly port: string; readonly path: string }> = new Map([
  [
    "EADDRINUSE",
    {
      port: "another process holds it: end that one, or choose another",
      path: "another process holds it: end that one, or choose another",
    },
  ],
  [
    "EACCES",
    {
      port: "this user may not listen there: choose a port from 1024 on",
      path: "its folder does not exist, or this user may not write to it",
    },
  ],
  [
    "EADDRNOTAVAIL",
    {
      port: "this machine has no such address: choose one that it has, or leave the host out",
      path: "the path cannot be listened on: choose another",
    },
  ],
]);

/** The `invalid-argument` of a server that cannot listen, with what the operating system said as its cause. */
export function notListening(at: ListeningAt, thrown: unknown): StateFunError {
  if (thrown instanceof StateFunError) return thrown;
  const { code = "", message } = thrown as NodeJS.ErrnoException;
  const isPath = "path" in at;
  const where = isPath
    ? `socketPath ${at.path}`
    : `port ${String(at.port)}${at.host === undefined ? "" : ` of ${at.host}`}`;
  const why = advice.get(code)?.[isPath ? "path" : "port"] ?? message;
  return new StateFunError("invalid-argument", `listen: cannot listen on ${where}: ${why}`, {
    cause: thrown,
  });
}
