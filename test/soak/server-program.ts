import { requestReplyHandler } from "statefun";
import { listen, type Listening } from "statefun/node";
import { collectedMemory } from "../support/collected-memory.js";
import { limits } from "./limits.js";
import type { Closed, Question, Said, Sample } from "./messages.js";
import { soakFunctions } from "./soak-functions.js";

// The server of the soak, in a process of its own; "leak" as its argument makes its functions leak.

const turnsToClose = 10;
const reports: Record<string, number> = {};

const functions = requestReplyHandler(soakFunctions(process.argv[2] === "leak"), {
  maxRequestBytes: limits.maxRequestBytes,
  batchTimeout: { milliseconds: limits.batchTimeoutMillis },
  onError: ({ code }) => {
    reports[code] = (reports[code] ?? 0) + 1;
  },
});
const listening = await listen(functions, {
  host: "127.0.0.1",
  port: 0,
  signals: false,
  compressRepliesAboveBytes: limits.compressRepliesAboveBytes,
  idleGrace: { milliseconds: 100 },
});

async function answerTo(question: Question): Promise<Sample | Closed | Readonly<Record<string, number>>> {
  if (question === "reports") return reports;
  if (question === "close") return closed(listening);
  const held = await collectedMemory();
  const resources = process.getActiveResourcesInfo();
  return {
    held,
    physical: process.memoryUsage.rss(),
    connections: resources.filter((resource) => resource === "TCPSocketWrap").length,
    handles: resources.length,
  };
}

/** What keeps the process alive, but for the channel to the soak and the standard streams. */
function handlesLeft(): readonly string[] {
  const own = new Set(["PipeWrap", "TTYWrap", "Immediate"]);
  return process.getActiveResourcesInfo().filter((resource) => !own.has(resource));
}

async function closed({ close }: Listening): Promise<Closed> {
  const cutOff = await close();
  // libuv takes a turn or two to let go of what is closed.
  for (let turn = 0; turn < turnsToClose && handlesLeft().length > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { cutOff, handles: handlesLeft() };
}

process.on("message", (question: Question) => {
  void answerTo(question).then((answer) => {
    process.send?.({ answer } satisfies Said);
    // Nothing else may keep the process alive: it ends by itself, or the soak fails.
    if (question === "close") process.disconnect();
  });
});
process.send?.({ port: listening.port ?? 0 } satisfies Said);
