import * as records from "../records/records.js";
import type { StoredValue } from "../records/records.js";
import { RuntimeError } from "../runtime-error.js";
import { clearUnfinishedImport, importMark, importTable } from "./unfinished-import.js";
import { exportedTables, exportFormat, exportVersion } from "./export-format.js";
import { FunctionNumbers } from "./function-numbers.js";
import { LineFields, LineProblem } from "./line-fields.js";
import { readableTables } from "./readable-entries.js";
import { place, stateValueOf } from "./state-lines.js";
import { storeVersion } from "./store-folder.js";
import { tables } from "./store.js";
import type { Store, StoreKey, StoreWrite, Table } from "./store.js";
import { base64Of } from "./written-bytes.js";

/** How many bytes are committed at a time: enough that the commits cost little, and little enough to hold. */
const stepBytes = 4 * 1024 * 1024;

/** How many entries are committed at a time at most. */
const stepEntries = 10_000;

/**
 * Fills an empty store with what {@link exportStore} has written, given line by line, without the ends of lines. It
 * holds a few megabytes at a time. Either everything is imported or nothing, also if the process ends meanwhile.
 *
 * @returns how many entries were imported
 * @throws RuntimeError `invalid-argument` (these as rejections) if the store is not empty, or a line is broken: the
 *   message has its number
 * @throws RuntimeError `store-too-new` if a newer version wrote the lines
 * @throws RuntimeError `store-write-failed` if the store cannot be written
 */
export async function importStore(
  store: Store,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<number> {
  if (tables.some((table) => store.count(table) > 0))
    throw new RuntimeError(
      "invalid-argument",
      "The store to import into is not empty: give an empty data folder. Nothing was imported.",
    );
  const run = new Import(store);
  try {
    await store.commit([{ table: importTable, key: importMark, value: Buffer.from("import") }]);
    for await (const line of lines) await run.line(line);
    return await run.end();
  } catch (error) {
    await clearUnfinishedImport(store);
    if (!(error instanceof LineProblem)) throw error;
    throw new RuntimeError(
      "invalid-argument",
      `Line ${run.lineNumber.toString()} of the export: ${error.message}. Nothing was imported: ` +
        "mend the line, or take another export.",
      { cause: error },
    );
  }
}

class Import {
  readonly #store: Store;
  readonly #functions = new FunctionNumbers();
  #writes: StoreWrite[] = [];
  #writeBytes = 0;
  #entries = 0;
  /** The address whose state values are being read. */
  #address: { readonly key: string; readonly values: (StoredValue | undefined)[] } | undefined;
  #reached = 0;
  #last: { readonly table: Table; readonly key: StoreKey } | undefined;
  #ended = false;
  /** The number of the line that was read last, from 1. */
  lineNumber = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  async line(text: string): Promise<void> {
    this.lineNumber++;
    if (this.#ended) {
      if (text.trim() === "") return;
      throw new LineProblem("it stands behind the end");
    }
    const fields = new LineFields(parsed(text));
    if (this.lineNumber === 1) this.#header(fields);
    else if (fields.has("end")) this.#ended = fields.flag("end");
    else this.#entry(fields);
    fields.done();
    if (this.#writeBytes >= stepBytes || this.#writes.length >= stepEntries) await this.#commit();
  }

  async end(): Promise<number> {
    if (!this.#ended) {
      this.lineNumber++;
      throw new LineProblem(`the export ends before its last line, {"end":true}`);
    }
    this.#finishAddress();
    this.#writes.push({ table: importTable, key: importMark, value: undefined });
    await this.#commit();
    return this.#entries;
  }

  #header(fields: LineFields): void {
    if (!fields.has("format") || fields.text("format") !== exportFormat)
      throw new LineProblem(`it does not say "format":"${exportFormat}"`);
    const version = fields.whole("version");
    const ofStore = fields.whole("storeVersion");
    if (version <= exportVersion && ofStore <= storeVersion) return;
    throw new RuntimeError(
      "store-too-new",
      `The export has version ${version.toString()} of a store of version ${ofStore.toString()}, and this program ` +
        `knows ${exportVersion.toString()} and ${storeVersion.toString()}: use a newer statefun-dev. Nothing was imported.`,
    );
  }

  #entry(fields: LineFields): void {
    const table = this.#tableOf(fields.text("table"));
    const isRaw = fields.has("rawKey");
    if (table === "state" && !isRaw) {
      this.#stateValue(fields);
      return;
    }
    this.#finishAddress();
    const [key, value] = isRaw
      ? rawEntry(fields)
      : readableTables[table as Exclude<Table, "state">].toEntry(fields, this.#functions);
    if (table === "types" && !isRaw) this.#functions.add(Number(key), value);
    this.#put(table, key, value);
  }

  /** Lines of a table stand together, in the order of the tables. */
  #tableOf(name: string): Table {
    const at = exportedTables.findIndex((table) => table === name);
    const table = exportedTables[at];
    if (table === undefined) throw new LineProblem(`there is no table ${JSON.stringify(name)}`);
    if (at < this.#reached) throw new LineProblem(`table ${table} has ended before`);
    this.#reached = at;
    return table;
  }

  #stateValue(fields: LineFields): void {
    const { key, index, value } = stateValueOf(fields, this.#functions);
    if (this.#address?.key !== key) {
      this.#finishAddress();
      this.#address = { key, values: [] };
    }
    place(this.#address.values, index, value);
  }

  #finishAddress(): void {
    if (this.#address === undefined) return;
    const { key, values } = this.#address;
    this.#address = undefined;
    this.#put("state", key, records.stateRecords.encode(values));
  }

  /** Entries come in the order of their keys: so one that comes twice is found without remembering all. */
  #put(table: Table, key: StoreKey, value: Uint8Array): void {
    if (this.#last?.table === table) {
      if (typeof key !== typeof this.#last.key)
        throw new LineProblem("its key is of another kind than the last");
      if (key <= this.#last.key) throw new LineProblem("its entry stands behind one that comes later");
    }
    this.#last = { table, key };
    this.#writes.push({ table, key, value });
    this.#writeBytes += value.length;
    this.#entries++;
  }

  async #commit(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    this.#writeBytes = 0;
    await this.#store.commit(writes);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LineProblem(`it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function rawEntry(fields: LineFields): readonly [StoreKey, Uint8Array] {
  const key = fields.any("rawKey");
  const isNumber = typeof key === "number" && Number.isSafeInteger(key) && key >= 0;
  if (typeof key !== "string" && !isNumber) throw new LineProblem('"rawKey" is no key');
  return [key, base64Of(fields, "base64")];
}
