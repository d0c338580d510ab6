import type { Options } from "../options.js";
import type { Suite } from "../suite.js";
import { unjudged, type RuntimeFigure } from "./figure.js";
import { httpFigures } from "./http.js";
import { inProcessFigures } from "./in-process.js";
import { kafkaFigures } from "./kafka.js";
import { keptFigures } from "./kept.js";
import type { RuntimePart } from "./parts.js";
import { compilePrograms } from "./program.js";
import { fullSizes, quickSizes, type Sizes } from "./sizes.js";
import { RowTable } from "./table.js";

const measurements: Readonly<
  Record<RuntimePart, (sizes: Sizes, print: (line: string) => void) => Promise<RuntimeFigure[]>>
> = {
  "in-process": inProcessFigures,
  "http-to-http": httpFigures,
  "kept-state": keptFigures,
  "kafka-to-kafka": kafkaFigures,
};

/** The embedded runtime, beside a real Flink cluster. */
export const runtime: Suite = {
  name: "runtime",
  async run({ parts, quick }: Options, print) {
    await compilePrograms();
    const figures: RuntimeFigure[] = [];
    for (const part of parts) {
      const all = await measurements[part](quick ? quickSizes : fullSizes, print);
      figures.push(...(quick ? all.map(unjudged) : all));
    }
    const table = new RowTable(["goals", "measured", "goal", "met"], print, 40);
    for (const { bench, measured, unit, goal, met } of figures) {
      if (goal !== null)
        table.row([bench, `${measured.toString()} ${unit}`, goal, met === true ? "yes" : "no"]);
    }
    return figures;
  },
};
