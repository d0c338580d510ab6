import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** One request of a real cluster and the answer of an official SDK. Heads are given where they were new. */
export interface Exchange {
  /** The address: `<namespace>/<name>/<id>`. */
  readonly target: string;
  readonly requestHead?: readonly string[];
  readonly requestHex: string;
  readonly responseHex: string;
}

/** What went over the wire between a cluster of StateFun 3.3.0 and functions written with an official SDK. */
export interface Recording {
  /** The name of the file. */
  readonly file: string;
  readonly sdk: "go" | "java" | "js" | "python";
  readonly transport: "async" | "okhttp";
  /** The Kafka records that were committed: key and value, text as text. */
  readonly egress: readonly (readonly [key: string | null, value: string | { readonly hex: string }])[];
  /** In order of time. */
  readonly exchanges: readonly Exchange[];
}

const folder = path.join(__dirname, "../vectors/wire");

/** All recordings, by file name. */
export const recordings: readonly Recording[] = readdirSync(folder)
  .sort()
  .map((file) => {
    const recording = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Omit<Recording, "file">;
    return { ...recording, file };
  });
