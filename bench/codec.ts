import { codec as handWritten } from "./contestants/codec.js";
import { generated } from "./contestants/generated.js";
import { readerWriter } from "./contestants/reader-writer.js";
import { figureOf, type Figure } from "./figure.js";
import { race } from "./race.js";
import type { Suite } from "./suite.js";
import { ratioCells, speedCell, Table } from "./table.js";
import type { FunctionName } from "./work/contract.js";

/** Our codec beside what protobufjs offers for the same bytes: no handlers, nothing awaited, no goals. */
export const codec: Suite = {
  name: "codec",
  async run(options, print) {
    const table = new Table(["ours", "Reader/Writer", "times as fast", "generated", "times as fast"], print);
    const contestantsFor = (name: FunctionName) => ({
      ours: handWritten(name),
      readerWriter: readerWriter(name),
      generated: generated(name),
    });
    const functions = options.functions.filter((name) => name !== "cart-zod"); // a schema is not the codec's
    const figures: Figure[] = [];
    for await (const { work, runs } of race(contestantsFor, { ...options, functions })) {
      const { ours } = runs;
      const hand = figureOf({
        bench: "codec-reader-writer",
        work,
        ours,
        peer: runs.readerWriter,
        asks: "speed",
      });
      const made = figureOf({ bench: "codec-generated", work, ours, peer: runs.generated, asks: "speed" });
      table.row(work, [
        speedCell(hand.ours, ours),
        speedCell(hand.peer, runs.readerWriter),
        ratioCells(hand)[0],
        speedCell(made.peer, runs.generated),
        ratioCells(made)[0],
      ]);
      figures.push(hand, made);
    }
    return figures;
  },
};
