import { cpus } from "node:os";
import { batch } from "./batch.js";
import { codec } from "./codec.js";
import { parseOptions } from "./options.js";
import { runtime } from "./runtime/suite.js";
import type { Judged, Suite } from "./suite.js";

/** What `npm run bench -- <name>` finds; the first runs when no name is given. */
const suites: readonly Suite[] = [batch, codec, runtime];

process.exitCode = await bench(process.argv.slice(2), (line) => {
  console.log(line);
});

/** Runs what the words ask for and returns the exit code: 0, 1 for a missed goal under `--check`, 2 for a wrong word. */
async function bench(words: readonly string[], print: (line: string) => void): Promise<number> {
  let options;
  try {
    options = parseOptions(
      words,
      suites.map(({ name }) => name),
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  print(
    `Node ${process.versions.node}, V8 ${process.versions.v8}, ${cpus().length.toString()} x ${cpus()[0]?.model ?? "?"}`,
  );
  if (options.quick) print("--quick: the answers are verified, the figures mean nothing");

  const figures: Judged[] = [];
  for (const suite of suites.filter(({ name }) => options.suites.includes(name))) {
    print(`\n${suite.name}`);
    figures.push(...(await suite.run(options, print)));
  }
  print("");
  for (const figure of figures) print(JSON.stringify(figure));

  const missed = figures.filter(({ met }) => met === false);
  if (options.quick || missed.length === 0) return 0;
  print(`\n${missed.length.toString()} of ${figures.length.toString()} figures miss their goal`);
  return options.check ? 1 : 0;
}
