import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { identify, isRunning } from "./process-identity.js";
import type { ProcessIdentity } from "./process-identity.js";
import { systemErrorCode } from "./system-error.js";

/** A held lock. Releasing it twice does no harm. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock file at `path` for this process, or says who holds it. A lock whose holder has ended is taken over.
 * The file appears with its content in one step, so nobody ever reads half of it.
 */
export function takeLock(path: string): Lock | { readonly heldBy: ProcessIdentity } {
  const mine = identify(process.pid);
  if (mine === undefined) throw new Error("this process runs, so it can be identified");
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    for (;;) {
      if (linked(draft, path))
        return {
          release: () => {
            releaseLock(path, mine);
          },
        };
      const holder = readHolder(path);
      if (holder !== undefined && isRunning(holder)) return { heldBy: holder };
      if (holder !== undefined) discard(path, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path); // fails if there is a lock already
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** `undefined` if the lock has just been released; a file that is no lock counts as held by nobody. */
function readHolder(path: string): ProcessIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  return parseHolder(text) ?? { pid: 0, startTime: text };
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("startTime" in value))
      return undefined;
    const { pid, startTime } = value;
    return typeof pid === "number" && typeof startTime === "string" ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes a lock left behind. Two processes may come to this at once, and the second must not remove the lock the
 * first has taken meanwhile: so the file is moved aside, looked at, and put back if it is another one.
 */
function discard(path: string, leftBy: ProcessIdentity): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && (moved.pid !== leftBy.pid || moved.startTime !== leftBy.startTime))
    linked(aside, path);
  rmSync(aside, { force: true });
}

function releaseLock(path: string, mine: ProcessIdentity): void {
  const holder = readHolder(path);
  if (holder?.pid === mine.pid && holder.startTime === mine.startTime) rmSync(path, { force: true });
}
