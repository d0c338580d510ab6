/**
 * Installs the AWS Lambda runtime interface client into test/hosts/lambda, where it is not installed already. Part of it
 * is compiled here: the tools for that are installed with apt-get where this runs as root of a Debian, and named
 * elsewhere.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { root, run } from "./process.js";

const folder = path.join(root, "test/hosts/lambda");
const client = path.join(folder, "node_modules/aws-lambda-ric");

/** What the client's build calls, and the Debian package that has it. */
const tools: Readonly<Record<string, string>> = {
  autoconf: "autoconf",
  automake: "automake",
  cmake: "cmake",
  "g++": "g++",
  libtoolize: "libtool",
  make: "make",
  python3: "python3",
};

if (isInstalled()) {
  console.log("The Lambda runtime interface client is installed.");
} else if (process.platform !== "linux") {
  console.error("The Lambda runtime interface client builds on Linux alone: run this in a Linux container.");
  process.exitCode = 1;
} else {
  installTools();
  console.log(
    "Building the Lambda runtime interface client in test/hosts/lambda: this takes a minute or two.",
  );
  run("npm", ["ci", "--foreground-scripts", "--loglevel=error"], { cwd: folder, env: headers() });
  if (!isInstalled()) {
    throw new Error("npm ci has ended well and left no client: are install scripts off (`ignore-scripts`)?");
  }
  console.log("The Lambda runtime interface client is installed.");
}

/** It is if what was compiled is there, and belongs to the version that is asked for. */
function isInstalled(): boolean {
  const binary = path.join(client, "dist/rapid-client.node");
  return existsSync(binary) && versionIn(path.join(client, "package.json")) === wantedVersion();
}

function versionIn(file: string): string | undefined {
  return (JSON.parse(readFileSync(file, "utf8")) as { version?: string }).version;
}

function wantedVersion(): string | undefined {
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    dependencies: Readonly<Record<string, string>>;
  };
  return manifest.dependencies["aws-lambda-ric"];
}

function installTools(): void {
  const missing = Object.keys(tools).filter((tool) => !isOnPath(tool));
  const packages = missing.map((tool) => tools[tool] ?? tool);
  if (!hasDistutils()) {
    missing.push("Python's distutils");
    packages.push("python3-setuptools");
  }
  if (missing.length === 0) return;
  if (!isOnPath("apt-get") || process.getuid?.() !== 0) {
    throw new Error(
      `the Lambda runtime interface client is compiled, and this machine lacks ${missing.join(", ")}: ` +
        `install it first (Debian: sudo apt-get install ${packages.join(" ")})`,
    );
  }
  console.log(`Installing ${packages.join(", ")} with apt-get.`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-q"], { env });
  run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], { env });
}

/** The client's node-gyp imports it, and Python has had it in a package of its own since 3.12. */
function hasDistutils(): boolean {
  try {
    run("python3", ["-c", "import distutils"]);
    return true;
  } catch {
    return false;
  }
}

function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.some((place) => existsSync(path.join(place, program)));
}

/** Node's headers, where its installation has them: node-gyp downloads them otherwise, which not every network lets it. */
function headers(): Readonly<Record<string, string>> {
  if (process.env.npm_config_nodedir !== undefined) return {};
  const prefix = path.dirname(path.dirname(realpathSync(process.execPath)));
  return existsSync(path.join(prefix, "include/node/node_api.h")) ? { npm_config_nodedir: prefix } : {};
}
