import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach } from "@jest/globals";
import { freePorts } from "../../dev/cluster/ports.js";
import { loadModule } from "../../dev/module/load-module.js";
import { startRuntime, type RunningRuntime } from "../../dev/runtime/start-runtime.js";
import { temporaryFolder } from "../dev/temporary-folder.js";
import { processHost, type Command } from "../hosts/process-host.js";

const root = path.resolve(__dirname, "../..");

/** The languages whose functions behave the same, and the program that serves one of their files. */
export const languages = [
  { language: "Python", command: pythonProgram },
  { language: "JavaScript", command: (name: string) => nodeProgram("javascript", name) },
  { language: "TypeScript", command: (name: string) => nodeProgram("typescript", name) },
] as const;

function pythonProgram(name: string): Command {
  return {
    program: path.join(root, ".statefun/interop-python/bin/python"),
    args: [path.join(__dirname, "python", `${name}.py`)],
  };
}

/** A program of the folder `javascript`, with the official SDK, or `typescript`, with ours. */
export function nodeProgram(folder: "javascript" | "typescript", name: string): Command {
  return {
    program: process.execPath,
    args: ["--import", "tsx", path.join(__dirname, folder, `${name}.ts`)],
  };
}

/** Long enough for a call of a function on a busy machine. */
const limitMillis = 60_000;
const pollMillis = 20;

/** A module, its functions as a process of their own, and the embedded runtime in front of them. */
export interface Playground {
  /** Sends a message as a client of the playground does. */
  send(address: string, type: string, value: unknown): Promise<void>;
  /** Takes so many records of a topic, waiting for them. */
  take(topic: string, count: number): Promise<readonly string[]>;
  /** Takes the records of a topic that are there now. */
  takeAll(topic: string): Promise<readonly string[]>;
  /** Stops the runtime and starts it again; the functions go on. */
  restart(): Promise<void>;
}

/**
 * Starts a module of the folder `modules` with the program that serves its functions, as often as it is called, for one
 * test each: to be called in a `describe`.
 */
export function playgrounds(name: string, command: Command): () => Promise<Playground> {
  const startHost = processHost(() => Promise.resolve(command));
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  return async () => {
    const host = await startHost({});
    open.push(() => host.close());
    const port = "port" in host.endpoint ? host.endpoint.port : undefined;
    const [ingressPort = 0, egressPort = 0] = await freePorts(2);
    const module = await loadModule(path.join(__dirname, "modules", `${name}.yaml`), {
      env: {
        FUNCTIONS: `http://127.0.0.1:${String(port)}/statefun`,
        INGRESS_PORT: String(ingressPort),
        EGRESS_PORT: String(egressPort),
      },
      standalone: true,
    });
    const folder = temporaryFolder();
    const start = (): Promise<RunningRuntime> => startRuntime({ module, store: { kind: "lmdb", folder } });
    let running = await start();
    open.push(() => running.close());
    return {
      ...client(ingressPort, egressPort),
      async restart() {
        await running.close();
        running = await start();
      },
    };
  };
}

/** What a client of the playground does. */
function client(ingressPort: number, egressPort: number): Omit<Playground, "restart"> {
  const next = async (topic: string): Promise<string | undefined> => {
    const response = await fetch(`http://127.0.0.1:${String(egressPort)}/${topic}`);
    const text = await response.text();
    return response.status === 200 ? text : undefined;
  };
  return {
    async send(address, type, value) {
      const response = await fetch(`http://127.0.0.1:${String(ingressPort)}/${address}`, {
        method: "PUT",
        headers: { "content-type": `application/vnd.${type}` },
        body: JSON.stringify(value),
      });
      if (response.status !== 200) throw new Error(`${address} was answered ${String(response.status)}`);
    },
    async take(topic, count) {
      const taken: string[] = [];
      const deadline = Date.now() + limitMillis;
      while (taken.length < count) {
        const record = await next(topic);
        if (record !== undefined) taken.push(record);
        else if (Date.now() > deadline) throw new Error(`no more than ${JSON.stringify(taken)} came`);
        else await delay(pollMillis);
      }
      return taken;
    },
    async takeAll(topic) {
      const taken: string[] = [];
      for (let record = await next(topic); record !== undefined; record = await next(topic))
        taken.push(record);
      return taken;
    },
  };
}
