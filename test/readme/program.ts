import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The repository's folder: packages resolve to their sources below it. */
export const root = path.resolve(__dirname, "../..");

/** A program that serves functions, in a process of its own. */
export interface Program {
  /** Where it answers. */
  readonly url: string;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** One file of a program. */
export interface ProgramFile {
  readonly name: string;
  readonly text: string;
}

/** How a program is run. */
export interface Run {
  /** The file to run; `server.ts` unless given. */
  readonly entry?: string;
  /** What the environment has besides that of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Writes the files into a folder of their own below the repository, runs one of them, and resolves when it has said
 * which port it listens on.
 *
 * @throws Error with everything the program wrote, if it ends before it listens.
 */
export async function startProgram(
  files: readonly ProgramFile[],
  { entry = "server.ts", env = {} }: Run = {},
): Promise<Program> {
  const parent = path.join(root, ".statefun"); // git ignores it
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, "readme-"));
  for (const { name, text } of files) writeFileSync(path.join(folder, name), text);

  const child = spawn(process.execPath, ["--import", "tsx", path.join(folder, entry)], {
    cwd: root,
    env: { ...process.env, ...env, PORT: "0" }, // any free port
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };

  let output = "";
  const listening = new Promise<string>((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      const port = /(?:port: |http:\/\/\S+:)(\d+)\D/.exec(output)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}/`);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", read);
    child.once("close", () => {
      reject(new Error(`the program ended before it listened: ${output}`));
    });
  });
  try {
    return { url: await listening, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
