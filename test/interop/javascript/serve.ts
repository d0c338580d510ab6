import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { StateFun } from "apache-flink-statefun";

/** Serves functions of the official JavaScript SDK on a free port of the loopback interface, and says which. */
export function serve(statefun: StateFun): void {
  const handler = statefun.handler();
  const server = createServer((request, response) => {
    void handler(request, response);
  });
  process.on("SIGTERM", () => {
    process.exit(0);
  });
  server.listen(0, "127.0.0.1", () => {
    process.stdout.write(`listening ${String((server.address() as AddressInfo).port)}\n`);
  });
}
