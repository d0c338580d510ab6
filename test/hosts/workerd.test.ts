import { writeFileSync } from "node:fs";
import path from "node:path";
import { adapterSuite } from "../server-adapters/suite.js";
import { bundleOnce } from "./bundle.js";
import { processHost } from "./process-host.js";
import { binaryOf } from "./runtimes.js";
import { workerdConfig } from "./workerd-config.js";

const worker = bundleOnce("workerd", "neutral");
let hosts = 0;

adapterSuite(
  "on workerd, the runtime of Cloudflare Workers",
  processHost(async (options) => {
    const file = await worker();
    const config = path.join(path.dirname(file), `config-${String(hosts++)}.capnp`);
    writeFileSync(config, workerdConfig(path.basename(file), options));
    return { program: binaryOf("workerd"), args: ["serve", "--control-fd=1", config] };
  }),
  { ownsConnections: true, resetsRefusedBodies: true, answersHalfClosed: true, hearsResetsOnly: true },
);
