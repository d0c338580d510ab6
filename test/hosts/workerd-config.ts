import type { HostOptions } from "../server-adapters/host.js";

/** A configuration of workerd: the Worker at a path relative to it, on a free port, with `options` as a binding. */
export function workerdConfig(worker: string, options: HostOptions): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const worker :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed ${JSON.stringify(worker)}) ],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = [ "enable_request_signal" ],
  bindings = [ (name = "options", json = ${JSON.stringify(JSON.stringify(options))}) ],
);
`;
}
