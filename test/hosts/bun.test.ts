import { adapterSuite } from "../server-adapters/suite.js";
import { bundleOnce } from "./bundle.js";
import { processHost } from "./process-host.js";
import { binaryOf } from "./runtimes.js";

const program = bundleOnce("bun", "neutral");

adapterSuite(
  "on Bun",
  processHost(async () => ({ program: binaryOf("bun"), args: [await program()] })),
  { ownsConnections: true, refusesPipelining: true },
);
