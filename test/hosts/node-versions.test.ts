import { adapterSuite } from "../server-adapters/suite.js";
import { bundleOnce } from "./bundle.js";
import { processHost } from "./process-host.js";
import { binaryOf, type Runtime } from "./runtimes.js";

const program = bundleOnce("node", "node");
const versions: readonly Runtime[] = ["node 22", "node 24"];

for (const version of versions) {
  adapterSuite(
    `on ${version.replace("node", "Node")}: http, in a process of its own`,
    processHost(async () => ({ program: binaryOf(version), args: [await program()] })),
  );
}
