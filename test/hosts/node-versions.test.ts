import { adapterSuite } from "../server-adapters/suite.js";
import { bundleOnce } from "./bundle.js";
import { processHost } from "./process-host.js";
import { binaryOf, type Runtime } from "./runtimes.js";

const http = bundleOnce("node", "node");
const listening = bundleOnce("listen", "node");
const versions: readonly Runtime[] = ["node 22", "node 24"];

for (const version of versions) {
  const named = version.replace("node", "Node");
  adapterSuite(
    `on ${named}: http, in a process of its own`,
    processHost(async () => ({ program: binaryOf(version), args: [await http()] })),
  );
  adapterSuite(
    `on ${named}: listen(), in a process of its own that SIGTERM ends`,
    processHost(async () => ({ program: binaryOf(version), args: [await listening()] })),
    { nothingInFront: true },
  );
}
