import { requestReplyHandler } from "statefun";
import { signature } from "statefun/authorize";
import { layers } from "./layers.js";
import {
  signedPath,
  type Asked,
  type Memory,
  type Question,
  type Report,
  type Said,
  type ServerPlan,
  type Status,
} from "./messages.js";
import { servedFunctions, Waiting } from "./served-functions.js";
import { collectedMemory } from "../../support/collected-memory.js";

// The program of hostile-server.ts: serves as its first argument says, and answers questions about itself.

const plan = JSON.parse(process.argv[2] ?? "") as ServerPlan;
const waiting = new Waiting();
const reports: Report[] = [];
const ownNames = new Set(Object.getOwnPropertyNames(Object.prototype));

async function main(): Promise<void> {
  const { limits, secret } = plan;
  const functions = requestReplyHandler(servedFunctions(waiting), {
    maxRequestBytes: limits.maxRequestBytes,
    onError: ({ code, message }) => {
      reports.push({ code, message });
    },
  });
  const isSigned = secret === undefined ? undefined : signature({ secrets: secret });
  const start = layers[plan.layer];
  if (start === undefined) throw new Error(`no layer is named ${plan.layer}`);
  const port = await start(functions, {
    port: 0,
    host: "127.0.0.1",
    authorize: isSigned && ((request) => request.path !== signedPath || isSigned(request)),
    maxConcurrentBatches: limits.maxConcurrentBatches,
    maxHeaderBytes: limits.maxHeaderBytes,
    headerTimeout: { milliseconds: limits.headerTimeoutMillis },
    requestTimeout: { milliseconds: limits.requestTimeoutMillis },
    replyTimeout: { milliseconds: limits.replyTimeoutMillis },
    keepAliveTimeout: { milliseconds: limits.keepAliveTimeoutMillis },
  });
  say({ listening: port });
}

async function answerTo({ ask }: Question): Promise<Status | Memory | undefined> {
  if (ask === "memory") {
    return { held: await collectedMemory(), peak: process.resourceUsage().maxRSS * 1024 };
  }
  if (ask === "release") {
    waiting.release();
    return undefined;
  }
  // What a connection's end leads to has been reported once the turn is over in which it is counted as gone.
  await new Promise((resolve) => setImmediate(resolve));
  return {
    connections: process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length,
    reports: reports.splice(0),
    waiting: waiting.size,
    polluted: Object.getOwnPropertyNames(Object.prototype).filter((name) => !ownNames.has(name)),
  };
}

function say(said: Said): void {
  process.send?.(said);
}

process.on("message", ({ number, question }: Asked) => {
  void answerTo(question).then((answer) => {
    say({ to: number, answer });
  });
});
process.on("disconnect", () => process.exit()); // nobody is left who would end it
void main();
