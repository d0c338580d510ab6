import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { classPathNames, jarFolder, versions } from "./artifacts.js";
import { ClusterError } from "./cluster-error.js";
import { shownLogLines } from "./cluster-process.js";
import type { Guard } from "./guard.js";
import { throwIfInterrupted } from "./wait-for.js";

/** So that a download of minutes never looks like a hang, and never floods the terminal. */
const progressMillis = 3000;

/** @throws ClusterError `maven-missing` if `mvn` cannot be run. */
export async function findMaven(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const found = await new Promise<boolean>((resolve) => {
    execFile("mvn", ["-B", "-version"], { env }, (error) => {
      resolve(error === null);
    });
  });
  if (!found) {
    throw new ClusterError(
      "maven-missing",
      "No working Maven (mvn) was found in PATH. It fetches Flink and Kafka, once: install it (Debian and Ubuntu: " +
        "apt-get install maven; macOS: brew install maven; others: maven.apache.org). Its own settings, such as a " +
        "mirror or a proxy in ~/.m2/settings.xml, are used as they are.",
    );
  }
}

export interface MavenOptions {
  readonly guard: Guard;
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has Maven fetch every class path into the `jars` folders of the projects in `directory`.
 *
 * @throws ClusterError `download-failed`, with the last lines Maven printed, if Maven fails.
 */
export async function fetchJars(directory: string, options: MavenOptions): Promise<void> {
  const goal = `org.apache.maven.plugins:maven-dependency-plugin:${versions.mavenDependencyPlugin}:copy-dependencies`;
  const child = spawn("mvn", ["-B", goal, `-DoutputDirectory=${jarFolder}`], {
    cwd: directory,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) options.guard.watch(pid);
  const stop = (): void => {
    if (pid !== undefined && child.exitCode === null) process.kill(-pid, "SIGKILL");
  };
  options.signal?.addEventListener("abort", stop, { once: true });

  const download = new Download();
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on("line", (line) => {
      download.read(line);
    });
  }
  const timer = setInterval(() => {
    options.onProgress(download.progress());
  }, progressMillis);
  const ending = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => {
      resolve(error.message);
    });
    child.once("close", (code, signal) => {
      resolve(
        code === 0 ? undefined : code === null ? `signal ${String(signal)}` : `exit code ${String(code)}`,
      );
    });
  });
  clearInterval(timer);
  options.signal?.removeEventListener("abort", stop);
  if (pid !== undefined) options.guard.forget(pid);
  throwIfInterrupted(options.signal);
  if (ending !== undefined) throw downloadFailed(ending, download);
}

function downloadFailed(ending: string, download: Download): ClusterError {
  return new ClusterError(
    "download-failed",
    `Maven could not fetch the jars of ${classPathNames.join(" and ")} (${ending}). Check the network and Maven's ` +
      `settings, then start again: what has arrived is kept. Maven's last lines:\n` +
      download.lastLines.map((line) => `  ${line}`).join("\n"),
  );
}

/** What Maven's output says about how far it is. */
export class Download {
  readonly lastLines: string[] = [];
  #files = 0;
  #current = "";
  readonly #started = Date.now();

  read(line: string): void {
    const arriving = /^(?:\[INFO\] )?Downloading from [^:]+: \S*\/(\S+)/.exec(line)?.[1];
    if (arriving !== undefined) this.#current = arriving;
    else if (/^(?:\[INFO\] )?Downloaded from /.test(line)) this.#files += 1;
    else this.lastLines.push(line);
    if (this.lastLines.length > shownLogLines) this.lastLines.shift();
  }

  progress(): string {
    const seconds = Math.round((Date.now() - this.#started) / 1000);
    const current = this.#current === "" ? "" : `, now ${this.#current}`;
    return `Maven: ${String(this.#files)} files fetched in ${String(seconds)} s${current}`;
  }
}
