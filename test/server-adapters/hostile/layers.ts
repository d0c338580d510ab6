import type { RequestReplyHandler } from "statefun";
import { listen, type ListenOptions } from "statefun/node";

/** Starts a server that takes the options of `listen`, and resolves with its port. */
export type StartLayer = (functions: RequestReplyHandler, options: ListenOptions) => Promise<number>;

/** The HTTP layers that hostile clients are let loose on, by name. */
export const layers: Readonly<Record<string, StartLayer>> = {
  "listen on node:http": async (functions, options) => {
    const { port } = await listen(functions, options);
    return port ?? 0;
  },
};
