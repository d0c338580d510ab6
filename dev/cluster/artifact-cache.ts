import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  classPathNames,
  classPathProject,
  jarFolder,
  parentProject,
  statefunJar,
  wantedJars,
} from "./artifacts.js";
import type { ClassPathName } from "./artifacts.js";
import { ClusterError } from "./cluster-error.js";
import { takeLock } from "../process/lock.js";
import type { Lock } from "../process/lock.js";
import { fetchJars, findMaven } from "./maven.js";
import type { MavenOptions } from "./maven.js";
import { waitFor } from "./wait-for.js";

/** Another start may be downloading 250 MB over a slow line. */
const otherDownloadLimitMillis = 30 * 60_000;

/** What a complete cache folder lists: each jar with its size, so that a damaged folder is noticed. */
const listFile = "artifacts.json";
type JarList = Readonly<Record<ClassPathName, readonly { readonly file: string; readonly bytes: number }[]>>;

/** Where the jars are. */
export interface Artifacts {
  readonly directory: string;
  /** Ready for `java -cp`. */
  readonly classPath: Readonly<Record<ClassPathName, string>>;
  readonly statefunJar: string;
}

/** The folder for exactly these artifacts: another version is another folder. */
export function artifactDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const content = [parentProject(), ...classPathNames.map(classPathProject)].join("\n");
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return join(cacheRoot(env), hash);
}

function cacheRoot(env: NodeJS.ProcessEnv): string {
  const { STATEFUN_DEV_CACHE: own, XDG_CACHE_HOME: shared } = env;
  if (own !== undefined && own !== "") return own;
  return join(shared !== undefined && shared !== "" ? shared : join(homedir(), ".cache"), "statefun-dev");
}

/**
 * The jars, fetched by Maven if they are not there yet. Several programs may ask at once: one fetches, the others
 * wait for it. A folder gets its name only when everything is in it.
 *
 * @throws ClusterError `maven-missing` or `download-failed`.
 */
export async function resolveArtifacts(directory: string, options: MavenOptions): Promise<Artifacts> {
  const present = readArtifacts(directory);
  if (present !== undefined) return present;
  await findMaven(options.env);
  mkdirSync(join(directory, ".."), { recursive: true });
  const lock = await lockFor(directory, options);
  try {
    return readArtifacts(directory) ?? (await fetchArtifacts(directory, options));
  } finally {
    lock.release();
  }
}

function lockFor(directory: string, options: MavenOptions): Promise<Lock> {
  let told = false;
  return waitFor(
    () => {
      const lock = takeLock(`${directory}.lock`);
      if (!("heldBy" in lock)) return lock;
      if (!told)
        options.onProgress(`Process ${String(lock.heldBy.pid)} is fetching Flink and Kafka; waiting for it`);
      told = true;
      return undefined;
    },
    {
      what: `another process to finish fetching jars into ${directory}`,
      limitMillis: otherDownloadLimitMillis,
      signal: options.signal,
    },
  );
}

async function fetchArtifacts(directory: string, options: MavenOptions): Promise<Artifacts> {
  removePartial(directory);
  const partial = `${directory}.partial-${randomUUID()}`;
  options.onProgress("Fetching Flink, StateFun and Kafka with Maven (about 250 MB, once)");
  writeProject(partial, parentProject());
  for (const name of classPathNames) writeProject(join(partial, name), classPathProject(name));
  await fetchJars(partial, options);
  writeFileSync(join(partial, listFile), JSON.stringify(listJars(partial), undefined, 2));
  rmSync(directory, { recursive: true, force: true }); // a damaged one, or we would not be here
  renameSync(partial, directory);
  const artifacts = readArtifacts(directory);
  if (artifacts === undefined) {
    throw new ClusterError(
      "download-failed",
      `Maven ran, but ${directory} lacks jars it should hold: remove the folder.`,
    );
  }
  return artifacts;
}

/** Leftovers of downloads that were cut off. Whoever calls this holds the lock, so nobody is filling them. */
function removePartial(directory: string): void {
  const parent = join(directory, "..");
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    if (path.startsWith(`${directory}.partial-`)) rmSync(path, { recursive: true, force: true });
  }
}

function writeProject(directory: string, text: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "pom.xml"), text);
}

function listJars(root: string): JarList {
  const list = (name: ClassPathName): JarList[ClassPathName] => {
    const folder = join(root, name, jarFolder);
    return wantedJars(name, readdirSync(folder)).map((file) => ({
      file,
      bytes: statSync(join(folder, file)).size,
    }));
  };
  return { flink: list("flink"), kafka: list("kafka") };
}

/** The artifacts in `directory`, or `undefined` unless all of them are there, whole. */
export function readArtifacts(directory: string): Artifacts | undefined {
  const path = join(directory, listFile);
  if (!existsSync(path)) return undefined;
  const list = JSON.parse(readFileSync(path, "utf8")) as JarList;
  const classPath = (name: ClassPathName): string[] => {
    return list[name].map(({ file }) => join(directory, name, jarFolder, file));
  };
  for (const name of classPathNames) {
    for (const { file, bytes } of list[name]) {
      const jar = statSync(join(directory, name, jarFolder, file), { throwIfNoEntry: false });
      if (jar?.size !== bytes) return undefined;
    }
  }
  return {
    directory,
    classPath: { flink: classPath("flink").join(":"), kafka: classPath("kafka").join(":") },
    statefunJar: join(directory, "flink", jarFolder, statefunJar),
  };
}
