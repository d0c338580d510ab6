import { Writable } from "node:stream";
import { exportStore } from "../../dev/runtime/store/export.js";
import { importStore } from "../../dev/runtime/store/import.js";
import type { Store } from "../../dev/runtime/store/store.js";

/** Everything that a store holds, as `statefun export` writes it. */
export async function exported(store: Store): Promise<string> {
  const chunks: Buffer[] = [];
  const target = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await exportStore(store, target);
  return Buffer.concat(chunks).toString("utf8");
}

/** Puts it into an empty store, as `statefun import` does. */
export async function imported(store: Store, savepoint: string): Promise<void> {
  await importStore(store, savepoint.split("\n").slice(0, -1));
}
