import { describe } from "@jest/globals";
import type { StartHost } from "./host.js";
import { describeBatches } from "./suite-batches.js";
import { describeBodies } from "./suite-bodies.js";
import { describeConnections } from "./suite-connections.js";
import { describeHeads } from "./suite-heads.js";

/** How a host differs from an adapter that stands alone. */
export interface Traits {
  /** A body parser in front reads the body: what goes wrong there is the parser's to answer and to report. */
  readonly parserInFront?: true;
}

/** The one conformance suite: everything that a cluster, or whoever else finds the port, may do to an adapter. */
export function adapterSuite(name: string, start: StartHost, traits: Traits = {}): void {
  describe(name, () => {
    describeHeads(start);
    describeBatches(start);
    describeBodies(start, traits);
    describeConnections(start, traits);
  });
}
