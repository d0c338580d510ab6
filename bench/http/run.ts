import { cpus } from "node:os";
import type { HttpFigure } from "./figure.js";
import { parseHttpOptions } from "./options.js";
import { clientOnCore } from "./pick-client.js";
import { canPin, clientCore, serverCore } from "./pinning.js";
import { race } from "./race.js";
import { compareWorkers } from "./workers.js";

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code)); // which ends the servers too
}

process.exitCode = await bench(process.argv.slice(2), (line) => {
  console.log(line);
});

/** Runs what the words ask for and returns the exit code: 0, 1 for a missed goal under `--check`, 2 for a wrong word. */
async function bench(words: readonly string[], print: (line: string) => void): Promise<number> {
  let options;
  try {
    options = parseHttpOptions(words);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  const client = await clientOnCore(clientCore);
  print(
    `Node ${process.versions.node}, V8 ${process.versions.v8}, ${cpus().length.toString()} x ${cpus()[0]?.model ?? "?"}`,
  );
  print(`client: ${client.description}`);
  print(
    canPin
      ? `servers on core ${serverCore.toString()}, client on core ${clientCore.toString()}`
      : "nothing is pinned: there is no taskset here, or one core only",
  );
  if (options.quick) print("--quick: the answers are verified, the figures mean nothing");

  const figures: HttpFigure[] = [];
  if (options.contestants.length > 0) figures.push(...(await race(options, client, print)));
  if (options.workers) figures.push(...(await compareWorkers(options, await clientOnCore(undefined), print)));
  print("");
  for (const figure of figures) print(JSON.stringify(figure));

  const missed = figures.filter(({ met }) => met === false);
  if (options.quick || missed.length === 0) return 0;
  print(`\n${missed.length.toString()} of ${figures.length.toString()} figures miss their goal`);
  return options.check ? 1 : 0;
}
