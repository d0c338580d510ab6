import { serve } from "statefun/lambda";
import type { HostOptions } from "../../server-adapters/host.js";
import { conformanceHandler } from "./conformance.js";

const options = JSON.parse(process.env.HOST_OPTIONS ?? "{}") as HostOptions;

export const handler = serve(conformanceHandler(options));

// Not in the middle of what it does, for the log is to be whole; and no exit, which would wait for the next event.
process.once("SIGTERM", () => process.kill(process.pid, "SIGKILL"));
