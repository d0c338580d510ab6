/** Checks the types of everything: sources, tests, examples, bench, scripts and type tests: `npm run typecheck`. */
import { run } from "./process.js";
import { typescript } from "./typescript-versions.js";

const { bin } = typescript("6.0");

run(process.execPath, [bin, "-p", "tsconfig.json"]);
// The SDK once more, without Node's types: it runs where there is no Node.
run(process.execPath, [bin, "-p", "tsconfig.sdk.json"]);
// What the public types promise, with the oldest and the newest compiler of our users.
run(process.execPath, [typescript("5.9").bin, "-p", "tsconfig.types.json"]);
run(process.execPath, [typescript("7.0").bin, "-p", "tsconfig.types.json"]);
