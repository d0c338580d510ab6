import type { HostOptions } from "../../server-adapters/host.js";
import { fetchHandler } from "./fetch-handler.js";

declare const Bun: {
  serve(options: { hostname: string; port: number; fetch: (request: Request) => Promise<Response> }): {
    readonly port: number;
    stop(): Promise<void>;
  };
};

const options = JSON.parse(process.env.HOST_OPTIONS ?? "{}") as HostOptions;
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: fetchHandler(options) });
process.on("SIGTERM", () => void server.stop().then(() => process.exit(0)));
console.log(`listening ${String(server.port)}`);
