import { describe } from "@jest/globals";
import type { StartHost, Traits } from "./host.js";
import { describeBatches } from "./suite-batches.js";
import { describeBodies } from "./suite-bodies.js";
import { describeConnections } from "./suite-connections.js";
import { describeHeads } from "./suite-heads.js";

/** The one conformance suite: everything that a cluster, or whoever else finds the port, may do to an adapter. */
export function adapterSuite(name: string, start: StartHost, traits: Traits = {}): void {
  describe(name, () => {
    describeHeads(start);
    describeBatches(start);
    describeBodies(start, traits);
    describeConnections(start, traits);
  });
}
