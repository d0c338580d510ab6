/** Writes test/architecture/public-names.txt anew, after a change of the public names that is meant: `npm run public-names`. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { entriesOf } from "./checks/entry-files.js";
import { programOf } from "./checks/program.js";
import { publicNames } from "./checks/public-names.js";
import { publishedPackages } from "./packages.js";
import { root } from "./process.js";

const entries = publishedPackages.flatMap(entriesOf);
const program = programOf(
  root,
  entries.map(({ file }) => file),
);
const list = path.join(root, "test/architecture/public-names.txt");
writeFileSync(list, publicNames(program, entries).join("\n") + "\n");
