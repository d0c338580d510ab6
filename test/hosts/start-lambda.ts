/** A module as an AWS Lambda function: bundled, run by the real runtime interface client, with a front on a port. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { portOf, served } from "../server-adapters/host.js";
import type { FrontShape } from "../server-adapters/lambda-events.js";
import { lambdaFront } from "../server-adapters/lambda-front.js";
import { LambdaRuntimeApi } from "./lambda-runtime-api.js";

/** Which function is run, and how. */
export interface LambdaOptions {
  /** The module that exports the function as `handler`. */
  readonly entry: string;
  /** Variables for the function's process, on top of those that Lambda sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** What stands in front of it; an HTTP API unless said. */
  readonly front?: FrontShape;
  /** Called with each line that the process writes. */
  readonly onLine?: (line: string) => void;
}

/** A Lambda function that can be called over HTTP, on this machine. */
export interface RunningLambda {
  /** The port of the front. */
  readonly port: number;
  /** Every line that the function's process has written so far. */
  readonly output: readonly string[];
  /** Ends the front, once its requests are answered, and the process. */
  readonly close: () => Promise<void>;
}

const root = path.join(__dirname, "../..");
const client = path.join(__dirname, "lambda/node_modules/aws-lambda-ric");

// The client loads in half a second; this is what a machine gets that is busy with everything else.
const startMillis = 60_000;

// What Lambda gives a function with extensions between SIGTERM and SIGKILL.
const endMillis = 2_000;

/** Output that says what a process that did not start was doing. */
const lastLines = 20;

/** Bundles and starts a function. Resolves when it waits for its first event. */
export async function startLambda(options: LambdaOptions): Promise<RunningLambda> {
  const program = installedClient();
  const folder = await mkdtemp(path.join(tmpdir(), "statefun-lambda-"));
  await bundle(options.entry, path.join(folder, "index.mjs"));
  const api = await LambdaRuntimeApi.start();
  const child = startClient(program, folder, api, options);
  const output = collectOutput(child, options.onLine);
  const end = async (): Promise<void> => {
    await endProcess(child);
    await api.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await inTime(api.ready);
    const front = http.createServer(lambdaFront(options.front ?? "HTTP API", (event) => api.invoke(event)));
    await once(front.listen(0, "127.0.0.1"), "listening");
    const port = portOf(front);
    return {
      port,
      output,
      close: async () => {
        await served(front, { port }).close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw new Error(`${String(error)}\n${output.slice(-lastLines).join("\n")}`, { cause: error });
  }
}

/**
 * The program that runs a function as Lambda does.
 *
 * @throws Error if it is not installed
 */
function installedClient(): string {
  // Compiled when it was installed.
  if (existsSync(path.join(client, "dist/rapid-client.node"))) return path.join(client, "bin/index.mjs");
  throw new Error(
    `the Lambda runtime interface client is not in ${client}: run \`npm run test:hosts\`, which installs it`,
  );
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
}

function startClient(
  program: string,
  folder: string,
  api: LambdaRuntimeApi,
  { env = {} }: LambdaOptions,
): ChildProcess {
  const child = spawn(process.execPath, [program, "index.handler"], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      LAMBDA_TASK_ROOT: folder,
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: "statefun",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      AWS_REGION: "us-east-2",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.once("error", (error) => {
    api.end(error);
  });
  child.once("exit", (status, signal) => {
    api.end(new Error(`the function's process ended (${String(signal ?? status)})`));
  });
  return child;
}

function collectOutput({ stdout, stderr }: ChildProcess, onLine: LambdaOptions["onLine"]): string[] {
  const output: string[] = [];
  for (const stream of [stdout, stderr]) {
    if (stream === null) continue;
    createInterface(stream).on("line", (line) => {
      output.push(line);
      onLine?.(line);
    });
  }
  return output;
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the function did not ask for an event within ${String(startMillis)} ms`));
    }, startMillis);
  });
  return Promise.race([promise, late]).finally(() => {
    clearTimeout(timer);
  });
}

/** Ends a process as Lambda does. Resolves when all that it has written is read. */
async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), endMillis);
  await closed;
  clearTimeout(patience);
}
