import { execFileSync } from "node:child_process";
import net from "node:net";
import { head } from "../raw-client.js";

// The program of crowd.ts: opens many connections, does nothing on them, and tells how they end.

/** How many connections are on their way at a time: what a server's queue of new ones bears. */
const atOnce = 200;
/** The descriptors that the process needs beside its connections. */
const others = 100;

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
let open = 0;
let started = 0;
const ends: Record<string, number> = {};

function checkDescriptors(): void {
  // Node has raised its own limit as far as it may, and a shell inherits it.
  const limit = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  if (limit === "unlimited" || Number(limit) >= count + others) return;
  throw new Error(
    `${String(count)} connections need as many open files, and this machine allows ${limit} a process: ` +
      `raise its hard limit (ulimit -Hn ${String(count + others)}) and run again`,
  );
}

/** Every other connection has had an answer before it falls silent; the rest never say a word. */
function connect(index: number): void {
  const socket = net.connect(port, "127.0.0.1");
  let received = "";
  const settled = (): void => {
    open += 1;
    if (open === count) process.send?.({ open });
    if (started < count) connect(started++);
  };
  socket.once("connect", () => {
    if (index % 2 === 0) socket.write(head("GET /healthz"));
    else settled();
  });
  socket.on("data", (data) => {
    if (received === "" && index % 2 === 0) settled();
    received += data.toString("latin1");
  });
  socket.once("error", (error: NodeJS.ErrnoException) => (received += ` ${error.code ?? ""}`));
  socket.once("close", () => {
    const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    const end = received.includes(" E") ? "reset" : "closed";
    const how = `${index % 2 === 0 ? "after a reply" : "silent"}: ${[...statuses, end].join(", ")}`;
    ends[how] = (ends[how] ?? 0) + 1;
    open -= 1;
    if (open === 0) process.send?.({ ends });
  });
}

process.on("disconnect", () => process.exit());
try {
  checkDescriptors();
  while (started < Math.min(atOnce, count)) connect(started++);
} catch (error) {
  process.send?.({ failed: String(error) });
}
