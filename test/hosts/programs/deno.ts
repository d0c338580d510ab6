import type { HostOptions } from "../../server-adapters/host.js";
import { fetchHandler } from "./fetch-handler.js";

declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  addSignalListener(signal: "SIGTERM", listener: () => void): void;
  exit(status: number): never;
  serve(
    options: { hostname: string; port: number; onListen: (address: { port: number }) => void },
    handler: (request: Request) => Promise<Response>,
  ): { shutdown(): Promise<void> };
};

const options = JSON.parse(Deno.env.get("HOST_OPTIONS") ?? "{}") as HostOptions;
const onListen = ({ port }: { port: number }): void => {
  console.log(`listening ${String(port)}`);
};
// First, for whoever hears that it listens may end it.
Deno.addSignalListener("SIGTERM", () => void server.shutdown().then(() => Deno.exit(0)));
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, fetchHandler(options));
