import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeLock } from "../../process/lock.js";
import type { Lock } from "../../process/lock.js";
import { systemErrorCode } from "../../process/system-error.js";
import { RuntimeError } from "../runtime-error.js";
import { fileProblem } from "./lmdb-file.js";

/**
 * The version of everything in a store: its tables, their keys and their values. It moves when an older program could
 * no longer read what a newer one writes.
 */
export const storeVersion = 1;

/** What the description of a store says it is. */
const storeFormat = "statefun-store";

/** Says what the folder holds: format and version, and whether the store was ever complete. */
const descriptionFile = "store.json";
const dataFile = "data.mdb";
const lockFile = "lock";

/** Says how the data file looked when the store was closed: as long as it does, its pages need no check. */
const sealFile = "closed.json";

/** A data folder that this process alone has. */
export interface StoreFolder {
  /** The path of the LMDB file. */
  readonly dataPath: string;
  /** Says that the store is complete: nothing before this counts as one. */
  complete(): void;
  /** Lets go of the folder. A store that ended in good order is sealed, so that its next start is quick. */
  release(ended: "in order" | "not in order"): void;
}

interface Description {
  readonly version: number;
  readonly complete: boolean;
}

/**
 * Takes the data folder for this process, and looks whether a store can be opened there. Where it cannot, nothing in
 * the folder is changed.
 *
 * @throws RuntimeError `store-in-use` if another process has it
 * @throws RuntimeError `store-too-new` if a newer version wrote it
 * @throws RuntimeError `store-damaged` if it holds something else, or a store that is not whole
 * @throws RuntimeError `store-write-failed` if the folder cannot be made or written
 */
export function takeStoreFolder(folder: string): StoreFolder {
  describe(folder); // before a lock is written next to what is no store
  const lock = lockOf(folder);
  try {
    const isComplete = describe(folder)?.complete === true;
    if (isComplete) checkData(folder);
    else begin(folder);
    rmSync(join(folder, `${dataFile}-lock`), { force: true }); // left by a process that has ended
    return new HeldFolder(folder, lock, isComplete);
  } catch (error) {
    lock.release();
    throw error instanceof RuntimeError ? error : cannotWrite(folder, error);
  }
}

class HeldFolder implements StoreFolder {
  readonly dataPath: string;
  readonly #folder: string;
  readonly #lock: Lock;
  #isComplete: boolean;

  constructor(folder: string, lock: Lock, isComplete: boolean) {
    this.dataPath = join(folder, dataFile);
    this.#folder = folder;
    this.#lock = lock;
    this.#isComplete = isComplete;
  }

  complete(): void {
    if (!this.#isComplete) writeDescription(this.#folder, true); // a full disk takes not even that
    this.#isComplete = true;
  }

  release(ended: "in order" | "not in order"): void {
    try {
      if (ended === "in order") writeWhole(join(this.#folder, sealFile), sealOf(this.dataPath));
    } catch {
      // Without a seal the next start looks through the whole file.
    }
    this.#lock.release();
  }
}

function lockOf(folder: string): Lock {
  try {
    mkdirSync(folder, { recursive: true });
    const lock = takeLock(join(folder, lockFile));
    if ("release" in lock) return lock;
    const { pid } = lock.heldBy;
    throw new RuntimeError(
      "store-in-use",
      pid === process.pid
        ? `The data folder ${folder} is open in this process already: close that store before it is opened again.`
        : `The data folder ${folder} is in use by process ${pid.toString()}: stop that process, or choose another folder.`,
    );
  } catch (error) {
    throw error instanceof RuntimeError ? error : cannotWrite(folder, error);
  }
}

/** What the folder says it holds; `undefined` if it is empty, or not there. */
function describe(folder: string): Description | undefined {
  const names = namesIn(folder);
  if (names.every((name) => name === lockFile || name.startsWith(`${lockFile}.`))) return undefined;
  if (!names.includes(descriptionFile))
    throw damaged(folder, `it has no ${descriptionFile}, and other files (${names.slice(0, 3).join(", ")})`);
  const description = parseDescription(readFileSync(join(folder, descriptionFile), "utf8"));
  if (description === undefined) throw damaged(folder, `its ${descriptionFile} is none`);
  if (description.version <= storeVersion) return description;
  throw new RuntimeError(
    "store-too-new",
    `The store in ${folder} has version ${description.version.toString()}, and this program knows ` +
      `${storeVersion.toString()}: use a newer statefun-dev, or choose another folder. Nothing was changed.`,
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    if (systemErrorCode(error) === "ENOTDIR") throw damaged(folder, "it is a file and no folder");
    throw cannotWrite(folder, error);
  }
}

function parseDescription(text: string): Description | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    if (!("format" in value && "version" in value && "complete" in value)) return undefined;
    const { format, version, complete } = value;
    if (format !== storeFormat || typeof version !== "number" || typeof complete !== "boolean")
      return undefined;
    return Number.isInteger(version) && version > 0 ? { version, complete } : undefined;
  } catch {
    return undefined;
  }
}

/** What is there was never complete, so nothing was ever kept in it. */
function begin(folder: string): void {
  writeDescription(folder, false);
  rmSync(join(folder, dataFile), { force: true });
}

function checkData(folder: string): void {
  const path = join(folder, dataFile);
  let problem: string | undefined;
  try {
    problem = fileProblem(path, isSealed(folder) ? "headers" : "pages");
  } catch (error) {
    problem = `it cannot be read (${systemErrorCode(error) ?? String(error)})`;
  }
  if (problem !== undefined) throw damaged(folder, `of its file ${dataFile}: ${problem}`);
}

function isSealed(folder: string): boolean {
  try {
    return readFileSync(join(folder, sealFile), "utf8") === sealOf(join(folder, dataFile));
  } catch {
    return false;
  }
}

function sealOf(path: string): string {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true });
  return JSON.stringify({ bytes: size.toString(), changedNanos: mtimeNs.toString(), inode: ino.toString() });
}

function writeDescription(folder: string, complete: boolean): void {
  const description = { format: storeFormat, version: storeVersion, complete };
  writeWhole(join(folder, descriptionFile), `${JSON.stringify(description)}\n`);
}

/** Nobody ever reads half of it, also not after power loss. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.draft`;
  try {
    writeFileSync(draft, text, { flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function damaged(folder: string, what: string): RuntimeError {
  return new RuntimeError(
    "store-damaged",
    `The data folder ${folder} holds no store that can be opened: ${what}. Nothing was changed. ` +
      "Choose an empty folder, and import your last export there if you have one.",
  );
}

function cannotWrite(folder: string, cause: unknown): RuntimeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeError(
    "store-write-failed",
    `The data folder ${folder} cannot be written: ${why}. Give this user the right to write there, or choose another.`,
    { cause },
  );
}
