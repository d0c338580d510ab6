import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectionCount, requestHeaders, type Client, type Load } from "./client.js";
import { pinned } from "./pinning.js";

const run = promisify(execFile);

/** `wrk` on a core of its own, or `undefined` where it is not installed. */
export async function wrkClient(core: number | undefined): Promise<Client | undefined> {
  const version = await versionOfWrk();
  if (version === undefined) return undefined;
  return {
    description: `${version}, one thread, ${connectionCount.toString()} connections`,
    async load(server, requests, seconds) {
      const folder = await mkdtemp(join(tmpdir(), "statefun-bench-"));
      try {
        for (const [index, request] of requests.entries()) await writeFile(bodyFile(folder, index), request);
        const script = join(folder, "post.lua");
        await writeFile(script, luaScript(folder, requests.length));
        const { command, args } = pinned(
          "wrk",
          [
            ...["--threads", "1", "--connections", connectionCount.toString()],
            ...["--duration", `${seconds.toString()}s`, "--timeout", "30s", "--script", script, server.url],
          ],
          core,
        );
        const { stdout } = await run(command, args);
        return parseWrk(stdout);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

const summaryWord = "summary";

/**
 * Reads the line that the script prints when wrk is done.
 *
 * @throws Error if a request failed, or there is no such line
 */
export function parseWrk(output: string): Load {
  const words = output
    .split("\n")
    .find((line) => line.startsWith(`${summaryWord} `))
    ?.split(" ")
    .slice(1);
  const [requests, micros, connect, read, write, status, timeout] = (words ?? []).map(Number);
  if (requests === undefined || micros === undefined || timeout === undefined) {
    throw new Error(`wrk printed no summary:\n${output}`);
  }
  const failures = { connect, read, write, status, timeout };
  if (Object.values(failures).some((count) => count !== 0)) {
    throw new Error(`wrk counts failures: ${JSON.stringify(failures)}`);
  }
  return { requests, requestsPerSecond: (requests * 1_000_000) / micros };
}

async function versionOfWrk(): Promise<string | undefined> {
  try {
    return (await run("wrk", ["--version"])).stdout.split(" ", 2).join(" ");
  } catch (error) {
    const { code, stdout } = error as { readonly code?: unknown; readonly stdout?: string };
    if (code === "ENOENT") return undefined;
    return (stdout ?? "wrk").split(" ", 2).join(" "); // wrk tells its version and exits with 1
  }
}

function bodyFile(folder: string, index: number): string {
  return join(folder, `${index.toString()}.bin`);
}

/** Makes every request once, before the load, and hands them out in turns. */
function luaScript(folder: string, count: number): string {
  const headers = Object.entries(requestHeaders).map(
    ([name, value]) => `headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
  );
  const bodies = Array.from({ length: count }, (_, index) => JSON.stringify(bodyFile(folder, index)));
  return `
local headers, requests, turn = {}, {}, 0
${headers.join("\n")}

function init()
  for index, path in ipairs({ ${bodies.join(", ")} }) do
    local file = io.open(path, "rb")
    requests[index] = wrk.format("POST", nil, headers, file:read("*a"))
    file:close()
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary)
  local errors = summary.errors
  print(string.format("${summaryWord} %d %d %d %d %d %d %d", summary.requests, summary.duration,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
`;
}
