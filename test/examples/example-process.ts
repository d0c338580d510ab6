import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const root = path.resolve(__dirname, "../..");

/** An example that nobody stops, because its test was ended, ends by itself: far longer than any test of it takes. */
const longestLifeMillis = 5 * 60_000;

/** An example's server in a process of its own, as its readers start it. */
export interface ExampleProcess {
  /** Where it serves its functions. */
  readonly url: string;
  /** What it has written to its standard error so far. */
  errors(): string;
  /** Resolves once its standard error holds `text`. */
  said(text: string): Promise<void>;
  /** Ends it. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts `file`, a path from the repository's folder, on a free port. Resolves when it says where it serves. */
export async function startExample(file: string): Promise<ExampleProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", file], {
    cwd: root,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: longestLifeMillis,
  });
  const gone = once(child, "exit");
  let output = "";
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  child.stdout.setEncoding("utf8");

  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (text: string) => {
      output += text;
      const [, found] = /served at .*(?::|port: )(\d+)\D/s.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once("error", reject);
    child.once("exit", () => {
      reject(new Error(`${file} ended before it served:\n${output}${errors}`));
    });
  });

  return {
    url: `http://127.0.0.1:${port}/statefun`,
    errors: () => errors,
    said: async (text) => {
      while (!errors.includes(text)) await once(child.stderr, "data");
    },
    stop: async () => {
      child.kill();
      await gone;
    },
  };
}
