import { createServer } from "node:net";

/** The port `wanted` if nobody listens there, else 0: any free one. */
export function preferredPort(wanted: number, host: string): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(0);
    });
    server.listen({ port: wanted, host, exclusive: true }, () => {
      server.close(() => {
        resolve(wanted);
      });
    });
  });
}
