import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { listeningWord } from "../listening-word.js";

/** Listens on a free port and tells the bench which. */
export function start(server: Server): void {
  server.listen(0, "127.0.0.1", () => {
    tellPort((server.address() as AddressInfo).port);
  });
}

/** Tells the bench where this process listens. */
export function tellPort(port: number): void {
  console.log(`${listeningWord} ${port.toString()}`);
}
