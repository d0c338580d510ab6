import { listen } from "statefun/node";
import type { HostOptions } from "../../server-adapters/host.js";
import { conformanceHandler } from "./conformance.js";

const options = JSON.parse(process.env.HOST_OPTIONS ?? "{}") as HostOptions;
const listening = await listen(conformanceHandler(options), {
  port: 0,
  host: "127.0.0.1",
  idleGrace: { milliseconds: 0 },
});
console.log(`listening ${String(listening.port)}`);
