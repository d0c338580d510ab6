/** Compiles programs that use the installed packages, with each TypeScript and both ways to resolve modules. */
import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root, run } from "./process.js";
import { typescript } from "./typescript-versions.js";

interface Project {
  readonly name: string;
  readonly files: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

const strict = {
  target: "ES2022",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
};
const nodeNext = { module: "NodeNext", moduleResolution: "NodeNext" };
const bundler = { module: "ESNext", moduleResolution: "Bundler" };
const withNode = { lib: ["ES2023"], types: ["node"] };
const withoutNode = { lib: ["ES2023", "DOM"], types: [] };
const inWorker = { lib: ["ES2023", "WebWorker"], types: [] };

// Without skipLibCheck our own .d.ts files are checked too; with it, as many users have it, only their use is.
const projects: readonly Project[] = [
  {
    name: "node",
    files: ["everything.ts", "dev-functions.ts", "common-js.cts"],
    options: { ...nodeNext, ...withNode, skipLibCheck: false },
  },
  { name: "bundler", files: ["everything.ts"], options: { ...bundler, ...withNode, skipLibCheck: true } },
  {
    name: "no-node",
    files: ["no-node.ts", "worker.ts"],
    options: { ...nodeNext, ...withoutNode, skipLibCheck: false },
  },
  { name: "worker", files: ["worker.ts"], options: { ...bundler, ...inWorker, skipLibCheck: false } },
];

// They need the optional peers, so they are compiled apart. Their own types are not ours to check.
const observers: Project = {
  name: "observers",
  files: ["observers.ts"],
  options: { ...nodeNext, ...withNode, skipLibCheck: true },
};
const fastify: Project = { ...observers, name: "fastify", files: ["fastify.ts"] };

// A CommonJS module that loads our ES modules, as Node does from 20.19 on.
const commonJs = `import { functionType, types, type Address } from "statefun";
import { serve } from "statefun/node";

export const address: Address = functionType("consumer/greeter", [types.int]).address("Bob");
export const listener: typeof serve = serve;
`;

/** Puts the programs and their projects into `folder`, where the packages are installed. */
function writeProjects(folder: string, projects: readonly Project[]): void {
  for (const file of [
    "everything.ts",
    "dev-functions.ts",
    "no-node.ts",
    "observers.ts",
    "worker.ts",
    "fastify.ts",
  ]) {
    copyFileSync(path.join(root, "scripts/consumer", file), path.join(folder, file));
  }
  writeFileSync(path.join(folder, "common-js.cts"), commonJs);
  for (const { name, files, options } of projects) {
    const project = { compilerOptions: { ...strict, ...options }, files };
    writeFileSync(path.join(folder, `tsconfig.${name}.json`), JSON.stringify(project, undefined, 2));
  }
}

/**
 * Compiles every program in `folder` with the oldest and the newest TypeScript, and the one for Node with our own,
 * which leaves it in `folder/out`.
 *
 * @throws Error with the compiler's report for the first that does not compile.
 */
export function compileConsumers(folder: string): void {
  compile(folder, projects, "node");
}

/**
 * Compiles the programs that use `statefun/prometheus`, `statefun/opentelemetry` and `statefun/fastify`, as
 * `compileConsumers` does the others; the peers must be installed in `folder`.
 *
 * @throws Error with the compiler's report if it does not compile.
 */
export function compileObservers(folder: string): void {
  compile(folder, [observers, fastify], observers.name);
}

function compile(folder: string, projects: readonly Project[], left: string): void {
  writeProjects(folder, projects);
  for (const { version, bin } of [typescript("5.9"), typescript("7.0")]) {
    for (const { name } of projects) {
      run(process.execPath, [bin, "-p", `tsconfig.${name}.json`], { cwd: folder });
    }
    console.log(`TypeScript ${version}: ${projects.map(({ name }) => name).join(", ")}`);
  }
  const { version, bin } = typescript("6.0");
  run(process.execPath, [bin, "-p", `tsconfig.${left}.json`, "--noEmit", "false", "--outDir", "out"], {
    cwd: folder,
  });
  console.log(`TypeScript ${version}: ${left}`);
}
