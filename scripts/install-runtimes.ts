/** Installs the runtimes that `npm run test:hosts` serves on, where they are missing or their lock file has changed. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root, run } from "./process.js";

const folder = path.join(root, "test/hosts/runtimes");
const wanted = readFileSync(path.join(folder, "package-lock.json"), "utf8");
// A copy of the lock file that was installed: written last, so an installation that was cut off is done again.
const stamp = path.join(folder, "node_modules/.installed-lock.json");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  console.log("Installing the runtimes of test/hosts/runtimes (some 200 MB, once)");
  // Without install scripts: npm may hold them back anyway, and the binaries are called by their paths.
  run("npm", ["ci", "--ignore-scripts"], { cwd: folder });
  writeFileSync(stamp, wanted);
}
