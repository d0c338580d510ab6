import { openLmdbStore } from "../../../../dev/runtime/store/lmdb.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { describeStore } from "./suite.js";

describeStore("the store on disk", () => openLmdbStore({ folder: temporaryFolder() }));

describeStore("the store on disk that waits for the disk", () =>
  openLmdbStore({ folder: temporaryFolder(), sync: true }),
);
