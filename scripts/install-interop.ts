/** Installs what `npm run test:interop` serves with: the official Python SDK, in an environment of its own. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root, run } from "./process.js";

const requirements = path.join(root, "test/interop/requirements.txt");
// .statefun holds what tests download and write; nothing of the machine's own Python changes.
const folder = path.join(root, ".statefun/interop-python");
const wanted = readFileSync(requirements, "utf8");
// A copy of the requirements that were installed: written last, so an installation that was cut off is done again.
const stamp = path.join(folder, "installed-requirements.txt");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  console.log("Installing the official Python SDK into .statefun/interop-python (some 20 MB, once)");
  rmSync(folder, { recursive: true, force: true });
  const { PYTHON = "python3" } = process.env;
  // Python 3.8 or newer, with its module venv (Debian: python3-venv); PYTHON names another one.
  run(PYTHON, ["-m", "venv", folder]);
  run(path.join(folder, "bin/python"), ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  writeFileSync(stamp, wanted);
}
