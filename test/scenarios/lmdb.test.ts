import { lmdbStores } from "./stores.js";
import { suite } from "./suite.js";

suite("with the LMDB store the runtime does what the real one did in", lmdbStores);
