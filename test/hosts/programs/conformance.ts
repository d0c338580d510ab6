import { requestReplyHandler, type RequestReplyHandler } from "statefun";
import { conformanceFunction } from "../../server-adapters/conformance-functions.js";
import type { HostOptions } from "../../server-adapters/host.js";
import { Log } from "../../server-adapters/log.js";

/** The handler of the conformance suite in a process of its own: every line of the log is one of standard output. */
export function conformanceHandler(options: HostOptions): RequestReplyHandler {
  const log = new PrintedLog();
  return requestReplyHandler([conformanceFunction(log)], {
    ...options,
    onError: (error) => {
      log.add(`report ${error.code}`);
    },
  });
}

class PrintedLog extends Log {
  override add(line: string): void {
    console.log(`log ${JSON.stringify(line)}`);
  }
}
