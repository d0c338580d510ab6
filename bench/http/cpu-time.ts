import { readdir, readFile } from "node:fs/promises";

/** Ticks of the clock that /proc counts in: 100 a second on every Linux since 2.6. */
const ticksPerSecond = 100;

/** The CPU microseconds, user and system, that a process and its children have taken, threads included. */
export async function cpuMicrosOf(pid: number): Promise<number> {
  const pids = await processTree(pid);
  const ticks = await Promise.all(
    pids.map(async (one) => cpuTicks(await readFile(`/proc/${one.toString()}/stat`, "utf8"))),
  );
  return (ticks.reduce((sum, one) => sum + one, 0) * 1_000_000) / ticksPerSecond;
}

/** User and system time of a line of /proc/<pid>/stat, in ticks: the fields 14 and 15. */
export function cpuTicks(stat: string): number {
  // The second field is the program's name in parentheses, which may hold spaces and parentheses of its own.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isInteger(ticks)) throw new Error(`this is no line of /proc/<pid>/stat: ${stat}`);
  return ticks;
}

async function processTree(pid: number): Promise<number[]> {
  const folder = `/proc/${pid.toString()}/task`;
  const children = await Promise.all(
    (await readdir(folder)).map((thread) => readFile(`${folder}/${thread}/children`, "utf8")),
  );
  const pids = children
    .join(" ")
    .split(" ")
    .filter((one) => one.trim() !== "")
    .map(Number);
  return [pid, ...(await Promise.all(pids.map(processTree))).flat()];
}
