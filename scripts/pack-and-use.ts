/** Packs both packages, installs the tarballs together in an empty folder and uses them there: part of `npm run verify`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { entriesOf } from "./checks/entry-files.js";
import { namesDiff } from "./checks/public-names.js";
import { publishedPackages } from "./packages.js";
import { root, run } from "./process.js";
import { compileConsumers, compileObservers } from "./published-types.js";
import { useDev } from "./use-dev.js";

const allSubpaths = publishedPackages.flatMap((published) => entriesOf(published).map(({ name }) => name));

/** The optional peers that are loaded by their subpaths; those of the hosts are only types. */
const peers: Readonly<Record<string, string>> = {
  "statefun/prometheus": "prom-client",
  "statefun/opentelemetry": "@opentelemetry/api",
};
const subpathsWithPeers = Object.keys(peers);
const subpaths = allSubpaths.filter((name) => !subpathsWithPeers.includes(name));

/** What the consumers' program must print: one batch through the handler, and a use of every other subpath. */
const expected = {
  state: { seen: 1 },
  messages: 1,
  records: 1,
  refused: "malformed-request",
  listeners: 1,
  lambda: 200,
  express: "function",
  fetch: 405,
  wire: true,
  dev: true,
};

function pack(source: string, destination: string): string {
  const report = run("npm", ["pack", "--json", "--silent", "--pack-destination", destination], {
    cwd: source,
  });
  const [packed] = JSON.parse(report) as readonly {
    filename: string;
    size: number;
    files: readonly unknown[];
  }[];
  if (!packed) throw new Error(`npm pack reported no tarball for ${source}`);
  console.log(
    `${packed.filename}: ${String(packed.files.length)} files, ${String(Math.ceil(packed.size / 1024))} kB`,
  );
  return path.join(destination, packed.filename);
}

function install(folder: string): void {
  const tarballs = publishedPackages.map((published) => pack(path.join(root, published.folder), folder));
  // The types that a user of these hosts has. Express itself is left out: the adapter must load without it.
  const types = ["node", "express"].map((name) => `@types/${name}@${installedVersion(`@types/${name}`)}`);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npmInstall(folder, [...tarballs, ...types]);
}

/** Installs the peers beside what is there. Until then their subpaths must not load, and all others must. */
function installPeers(folder: string): void {
  for (const [subpath, peer] of Object.entries(peers)) {
    const program = `import(${JSON.stringify(subpath)}).then(() => console.log("loaded"), (error) => console.log(error.message))`;
    const printed = run(process.execPath, ["--eval", program], { cwd: folder });
    if (!printed.includes(peer)) {
      throw new Error(
        `without ${peer}, import("${subpath}") printed\n${printed}\nand not that it is missing`,
      );
    }
  }
  const installed = [...Object.values(peers), "fastify"];
  npmInstall(
    folder,
    installed.map((peer) => `${peer}@${installedVersion(peer)}`),
  );
}

function npmInstall(folder: string, packages: readonly string[]): void {
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...packages], { cwd: folder });
}

function installedVersion(name: string): string {
  const manifest = readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** The values each subpath exports, loaded in one of Node's two ways, as lines of public-names.txt. */
function exportedValues(
  folder: string,
  load: "import" | "require",
  subpaths: readonly string[],
): readonly string[] {
  const program =
    load === "import"
      ? `for (const name of ${JSON.stringify(subpaths)}) for (const value of Object.keys(await import(name))) console.log(name, "value", value)`
      : `for (const name of ${JSON.stringify(subpaths)}) for (const value of Object.keys(require(name))) if (value !== "__esModule") console.log(name, "value", value)`;
  const inputType = load === "import" ? "--input-type=module" : "--input-type=commonjs";
  return run(process.execPath, [inputType, "--eval", program], { cwd: folder }).trim().split("\n");
}

function checkNames(folder: string, subpaths: readonly string[]): void {
  const listed = readFileSync(path.join(root, "test/architecture/public-names.txt"), "utf8").split("\n");
  const values = listed.filter((line) => {
    const [subpath = "", kind] = line.split(" ");
    return kind === "value" && subpaths.includes(subpath);
  });
  for (const load of ["import", "require"] as const) {
    const difference = namesDiff(values, exportedValues(folder, load, subpaths));
    if (difference.length > 0) {
      throw new Error(
        `after ${load}(), the packages export other names than are listed:\n${difference.join("\n")}`,
      );
    }
    console.log(`${load}() of ${String(subpaths.length)} subpaths: ${String(values.length)} names`);
  }
}

function checkPrograms(folder: string): void {
  compileConsumers(folder);
  const printed = run(process.execPath, ["out/everything.js"], { cwd: folder }).trim();
  if (printed !== JSON.stringify(expected)) {
    throw new Error(`the consumers' program printed\n${printed}\nand not\n${JSON.stringify(expected)}`);
  }
  const version = run("npx", ["--no-install", "statefun", "--version"], { cwd: folder }).trim();
  if (!publishedPackages.some((published) => published.bin && published.version === version)) {
    throw new Error(
      `npx statefun --version printed ${version}, which is not the version in dev/package.json`,
    );
  }
  const help = run("npx", ["--no-install", "statefun", "--help"], { cwd: folder });
  if (!help.includes("Usage: statefun")) throw new Error(`npx statefun --help printed\n${help}`);
}

/** What the program that counts and traces must print. */
const observed = { counted: true, spans: 2, traced: true };

function checkObservers(folder: string): void {
  compileObservers(folder);
  const printed = run(process.execPath, ["out/observers.js"], { cwd: folder }).trim();
  if (printed !== JSON.stringify(observed)) {
    throw new Error(`the program of observers printed\n${printed}\nand not\n${JSON.stringify(observed)}`);
  }
}

const folder = mkdtempSync(path.join(tmpdir(), "statefun-pack-"));
try {
  install(folder);
  checkNames(folder, subpaths);
  checkPrograms(folder);
  await useDev(folder, "dev-functions.ts");
  console.log("statefun dev: a message in, a record out, and the state is there at the next start");
  installPeers(folder);
  checkNames(folder, subpathsWithPeers);
  checkObservers(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
