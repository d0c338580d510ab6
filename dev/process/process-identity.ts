import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Names one process for good. A pid alone does not: the system hands it out again after the process ended,
 * so a pid read from a file is compared with the moment the process started before anything is done to it.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for one process, different for the next one that gets its pid. */
  readonly startTime: string;
}

/** The identity of a process that runs now, or `undefined` if none runs under `pid`. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === "linux" ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

function startTimeFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses and may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const startTicks = fields[19]; // field 22 of the line
  // A zombie has ended; only its parent has not asked for the exit code yet.
  return state === "Z" || state === "X" ? undefined : startTicks;
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    const text = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return text === "" || text.startsWith("Z") ? undefined : text.slice(text.indexOf(" ")).trim();
  } catch {
    return undefined;
  }
}
