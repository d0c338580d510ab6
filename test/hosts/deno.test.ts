import { adapterSuite } from "../server-adapters/suite.js";
import { bundleOnce } from "./bundle.js";
import { processHost } from "./process-host.js";
import { binaryOf } from "./runtimes.js";

const program = bundleOnce("deno", "neutral");
const permissions = ["--allow-net=127.0.0.1", "--allow-env=HOST_OPTIONS", "--no-remote", "--no-config"];

adapterSuite(
  "on Deno",
  processHost(async () => ({ program: binaryOf("deno"), args: ["run", ...permissions, await program()] })),
  { ownsConnections: true, answersHalfClosed: true },
);
