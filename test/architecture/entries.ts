import { readFileSync } from "node:fs";
import path from "node:path";
import { entriesOf, type Entry, type Package } from "../../scripts/checks/entry-files.js";

const root = path.resolve(__dirname, "../..");

/** What the exports maps of both packages name. */
export const entries: readonly Entry[] = [".", "dev"].flatMap((folder) => {
  const manifest = readFileSync(path.join(root, folder, "package.json"), "utf8");
  return entriesOf({ ...(JSON.parse(manifest) as Omit<Package, "folder">), folder });
});

/** The files behind them, and the command's. */
export const entryFiles: ReadonlySet<string> = new Set([...entries.map(({ file }) => file), "dev/cli.ts"]);
