import { Readable } from "node:stream";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { exportedTables, exportFormat, exportVersion } from "./export-format.js";
import { FunctionNumbers } from "./function-numbers.js";
import { StoredExpirations } from "./live-state.js";
import { LineFields } from "./line-fields.js";
import { readableTables } from "./readable-entries.js";
import type { Fields } from "./readable-entries.js";
import { stateFields, stateOf } from "./state-lines.js";
import { storeVersion } from "./store-folder.js";
import type { Store, StoreKey, Table } from "./store.js";

/** How much text goes to the stream at a time: a write a line would cost more than the line. */
const chunkCharacters = 64 * 1024;

/**
 * Writes everything that is committed in `store` as lines of JSON, as docs/store-format.md describes them. It holds
 * one entry at a time in memory. Nothing should be committed meanwhile: each table is shown as it is when it is
 * reached. `target` is not ended.
 *
 * @param nowMillis - state that has expired by then is left out; milliseconds since the epoch. Without it nothing is
 */
export async function exportStore(store: Store, target: Writable, nowMillis?: number): Promise<void> {
  await pipeline(Readable.from(chunksOf(exportLines(store, nowMillis))), target, { end: false });
}

function* exportLines(store: Store, nowMillis: number | undefined): Generator<string, void> {
  yield lineOf({ format: exportFormat, version: exportVersion, storeVersion });
  const functions = new FunctionNumbers();
  for (const [number, bytes] of store.scan("types")) addIfReadable(functions, number, bytes);
  for (const table of exportedTables)
    for (const [key, value] of table === "state" ? stateEntries(store, nowMillis) : store.scan(table))
      for (const fields of linesOf(table, key, value, functions)) yield lineOf({ table, ...fields });
  yield lineOf({ end: true });
}

function* stateEntries(store: Store, nowMillis = -Infinity): Iterable<readonly [StoreKey, Uint8Array]> {
  const expirations = new StoredExpirations(store);
  for (const [key, value] of store.scan("state")) {
    const live = expirations.live(key, value, nowMillis);
    if (live !== undefined) yield [key, live];
  }
}

function addIfReadable(functions: FunctionNumbers, number: StoreKey, bytes: Uint8Array): void {
  try {
    functions.add(Number(number), bytes);
  } catch {
    // Its line has the bytes as they are.
  }
}

/** The lines of an entry; if it would not come back from them exactly, one line with its bytes as they are. */
function linesOf(table: Table, key: StoreKey, value: Uint8Array, functions: FunctionNumbers): Fields[] {
  try {
    if (table === "state") {
      const lines = stateFields(key, value, functions);
      const back = stateOf(
        lines.map((fields) => new LineFields(fields)),
        functions,
      );
      if (isSame(back, key, value)) return lines;
    } else {
      const fields = readableTables[table].toFields(key, value, functions);
      if (isSame(readableTables[table].toEntry(new LineFields(fields), functions), key, value))
        return [fields];
    }
  } catch {
    // Not what the table should hold, which is no reason to lose it.
  }
  return [{ rawKey: key, base64: Buffer.from(value).toString("base64") }];
}

function isSame([backKey, back]: readonly [StoreKey, Uint8Array], key: StoreKey, value: Uint8Array): boolean {
  return backKey === key && Buffer.compare(back, value) === 0;
}

/** Some readers of lines end one at these two characters, which JSON leaves as they are. */
function lineOf(fields: Fields): string {
  const text = JSON.stringify(fields);
  return /[\u2028\u2029]/.test(text)
    ? text.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")
    : text;
}

function* chunksOf(lines: Iterable<string>): Generator<string, void> {
  let chunk = "";
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < chunkCharacters) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}
