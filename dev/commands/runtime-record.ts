import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How other commands find a runtime that runs: a file in its data folder that only its user may read. */
export interface RuntimeRecord {
  /** The URL of its JSON API. */
  readonly url: string;
  /** What the API wants as a bearer token; `undefined` if it wants none. */
  readonly token?: string | undefined;
  /** The process that holds the data folder. */
  readonly pid: number;
  /** The typenames that each function accepts, as far as they are known here. */
  readonly accepts?: Readonly<Record<string, readonly string[]>>;
}

/** The data folder where nothing else is said, below the folder of the module. */
export const defaultDataFolder = join(".statefun", "dev");

/** Where a runtime that keeps everything in memory can be found: there is no data folder then. */
export const memoryFolder = join(".statefun", "memory");

function recordFile(folder: string): string {
  return join(folder, "runtime.json");
}

/** Says where the runtime of a data folder answers. */
export function writeRuntimeRecord(folder: string, record: RuntimeRecord): void {
  mkdirSync(folder, { recursive: true });
  rmSync(recordFile(folder), { force: true }); // a file that is there already keeps its mode
  writeFileSync(recordFile(folder), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** Takes back what {@link writeRuntimeRecord} said. */
export function removeRuntimeRecord(folder: string): void {
  rmSync(recordFile(folder), { force: true });
}

/** The record of a data folder; `undefined` if there is none that can be read, or its process is gone. */
export function readRuntimeRecord(folder: string): RuntimeRecord | undefined {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(recordFile(folder), "utf8"));
  } catch {
    return undefined;
  }
  const { url, token, pid, accepts } = (found ?? {}) as Partial<Record<keyof RuntimeRecord, unknown>>;
  if (typeof url !== "string" || typeof pid !== "number" || !exists(pid)) return undefined;
  return {
    url,
    pid,
    ...(typeof token === "string" && { token }),
    // Written by this program together with the rest, and only shown to people or sent back to the runtime.
    ...(typeof accepts === "object" &&
      accepts !== null && { accepts: accepts as RuntimeRecord["accepts"] & object }),
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it is somebody else's
  }
}
