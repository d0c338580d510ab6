import { openLmdbStore } from "../../../../../dev/runtime/store/lmdb.js";

const [, , folder = ""] = process.argv;
const store = await openLmdbStore({ folder });
process.stdout.write(`${store.count("state").toString()}\n`);
await store.close();
