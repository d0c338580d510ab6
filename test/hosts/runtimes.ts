import { existsSync } from "node:fs";
import path from "node:path";

const modules = path.join(__dirname, "runtimes/node_modules");
const { platform, arch } = process;

// Where each runtime's package keeps the binary of a platform. Called by path: npm may hold install scripts back.
const places = {
  bun: `@oven/bun-${platform}-${arch === "arm64" ? "aarch64" : arch}/bin/bun`,
  deno: `@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}/deno`,
  workerd: `@cloudflare/workerd-${platform}-${arch === "x64" ? "64" : arch}/bin/workerd`,
  "node 22": `node-22-${platform}-${arch}/bin/node`,
  "node 24": `node-24-${platform}-${arch}/bin/node`,
};

/** A runtime that `npm run test:hosts` brings along. */
export type Runtime = keyof typeof places;

/**
 * The path of a runtime's binary.
 *
 * @throws Error if it is not installed
 */
export function binaryOf(runtime: Runtime): string {
  const file = path.join(modules, places[runtime]);
  if (existsSync(file)) return file;
  throw new Error(`${runtime} is not at ${file}: run \`npm run test:hosts\`, which installs the runtimes`);
}
