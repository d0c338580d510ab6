import { codec as handWritten } from "./contestants/codec.js";
import { generated } from "./contestants/generated.js";
import { readerWriter } from "./contestants/reader-writer.js";
import { figureOf, type Figure } from "./figure.js";
import { fullEffort, measure, quickEffort, warmUp, type Contestant } from "./measure.js";
import type { Suite } from "./suite.js";
import { digits, percent, Table, times } from "./table.js";
import { verifyAnswers } from "./work/answers.js";
import { functionNames, type FunctionName, type Work } from "./work/contract.js";
import { requestsFor } from "./work/requests.js";

type Side = "ours" | "readerWriter" | "generated";

/** Our codec beside what protobufjs offers for the same bytes: no handlers, nothing awaited. */
export const codec: Suite = {
  name: "codec",
  async run(options, print) {
    const effort = options.quick ? quickEffort : fullEffort;
    for (const name of functionNames) {
      const requests = requestsFor({ name, batch: 10 });
      for (const contestant of Object.values(contestantsFor(name))) {
        await warmUp(contestant, requests, effort.coldStartMillis, effort);
      }
    }
    const titles = ["ours ±", "Reader/Writer ±", "times as fast", "generated ±", "times as fast"];
    const table = new Table(
      [
        { title: "thousand invocations per CPU second", width: 0 },
        ...titles.map((title) => ({ title, width: 12 })),
      ],
      print,
    );
    const figures: Figure[] = [];
    for (const name of options.functions.filter((one) => one !== "cart-zod")) {
      for (const size of options.batches) {
        const work: Work = { name, batch: size };
        const requests = requestsFor(work);
        const contestants = contestantsFor(name);
        await verifyAnswers(work, requests, Object.values(contestants));
        const costs = await measure(contestants, requests, effort);
        const [byHand, objects] = (["readerWriter", "generated"] as const).map((peer) =>
          figureOf({
            bench: peer === "generated" ? "codec-generated" : "codec-reader-writer",
            function: name,
            batch: size,
            oursMicros: costs.ours.micros,
            peerMicros: costs[peer].micros,
          }),
        ) as [Figure, Figure];
        table.row([
          `${name} ${size.toString()}`,
          `${digits(byHand.ours)} ${percent(costs.ours.spread)}`,
          `${digits(byHand.peer)} ${percent(costs.readerWriter.spread)}`,
          times(byHand)[0],
          `${digits(objects.peer)} ${percent(costs.generated.spread)}`,
          times(objects)[0],
        ]);
        figures.push(byHand, objects);
      }
    }
    return figures;
  },
};

function contestantsFor(name: FunctionName): Record<Side, Contestant> {
  return { ours: handWritten(name), readerWriter: readerWriter(name), generated: generated(name) };
}
