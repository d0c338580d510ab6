import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Command } from "./command.js";

const run = promisify(execFile);

/** Where Go and Java are built; ignored by git. */
const buildFolder = fileURLToPath(new URL("build/", import.meta.url));

/** A first build downloads what it needs; one that takes longer hangs. */
const buildTimeoutMillis = 600_000;

/** The official Go SDK, built by `go`. */
export async function goServer(): Promise<Command | string> {
  const binary = join(buildFolder, "go-server");
  const failure = await build("go", ["build", "-o", binary, "."], "go/");
  return failure ?? { command: binary, args: [], isEcho: false };
}

/** The official Java SDK, built by Maven. */
export async function javaServer(): Promise<Command | string> {
  const folder = join(buildFolder, "java");
  const failure =
    (await build("mvn", ["-q", "-B", `-Dbuild.folder=${folder}`, "package"], "java/")) ??
    (await build("java", ["-version"], "java/"));
  if (failure !== undefined) return failure;
  const path = [join(folder, "classes"), join(folder, "jars", "*")].join(delimiter);
  return { command: "java", args: ["-cp", path, "bench.Main"], isEcho: false };
}

/** Runs a tool in a folder beside this file, and says in a sentence what went wrong, if something did. */
async function build(tool: string, args: readonly string[], folder: string): Promise<string | undefined> {
  await mkdir(buildFolder, { recursive: true });
  try {
    await run(tool, args, {
      cwd: fileURLToPath(new URL(folder, import.meta.url)),
      timeout: buildTimeoutMillis,
    });
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return `there is no ${tool} on this machine`;
    return `${tool} failed: ${message.split("\n").slice(0, 3).join(" ")}`;
  }
}
