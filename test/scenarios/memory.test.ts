import { memoryStores } from "./stores.js";
import { suite } from "./suite.js";

suite("with the store in memory the runtime does what the real one did in", memoryStores);
