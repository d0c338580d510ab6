import type tls from "node:tls";
import type { Clock } from "../clock.js";
import type { RequestTarget } from "./endpoint-url.js";
import type { Route } from "./http-connection.js";
import type { AttemptListener } from "./transport.js";

/** What HTTP transports share. */
export interface HttpContext {
  readonly clock: Clock;
  readonly listener: AttemptListener | undefined;
  /** A number from 0 to 1, by chance. */
  readonly random: () => number;
  /** Where to connect instead: from `host:port`, as modules name it, to `host:port`. */
  readonly addressMap: ReadonlyMap<string, string>;
}

/** The route to a target: where the map leads, if it names its address. */
export function routeTo(
  { to }: RequestTarget,
  options: tls.ConnectionOptions | undefined,
  { addressMap }: Pick<HttpContext, "addressMap">,
): Route {
  if ("path" in to) return { to, tls: options };
  const mapped = addressMap.get(`${to.host.toLowerCase()}:${String(to.port)}`);
  if (mapped === undefined) return { to, tls: options };
  const colon = mapped.lastIndexOf(":");
  const host = mapped.slice(0, colon).replace(/^\[|\]$/g, "");
  return { to: { host, port: Number(mapped.slice(colon + 1)) }, tls: options };
}
