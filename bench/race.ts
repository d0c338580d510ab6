import { fullEffort, measure, quickEffort, warmUp, type Contestant, type Runs } from "./measure.js";
import type { Options } from "./options.js";
import { verifyAnswers } from "./work/answers.js";
import { functionNames, type FunctionName, type Work } from "./work/contract.js";
import { requestsFor } from "./work/requests.js";

/** What the contestants took for one kind of work. */
export interface Lap<Side extends string> {
  readonly work: Work;
  readonly runs: Readonly<Record<Side, Runs>>;
}

/**
 * Lets contestants do all the work that the options ask for, and yields each lap when it is measured. No answer is
 * timed that has not been verified.
 */
export async function* race<Side extends string>(
  contestantsFor: (name: FunctionName) => Readonly<Record<Side, Contestant>>,
  options: Options,
): AsyncGenerator<Lap<Side>, void> {
  const effort = options.quick ? quickEffort : fullEffort;
  // Everything runs once before the first lap, also what was not asked for: a service holds several functions, and a
  // figure must not depend on how many of them are measured, or in which order.
  for (const name of functionNames) {
    const requests = requestsFor({ name, batch: 10 });
    for (const contestant of Object.values<Contestant>(contestantsFor(name))) {
      await warmUp(contestant, requests, effort.coldStartMillis, effort);
    }
  }
  for (const name of options.functions) {
    const contestants = contestantsFor(name);
    for (const batch of options.batches) {
      const work: Work = { name, batch };
      const requests = requestsFor(work);
      await verifyAnswers(work, requests, Object.values(contestants));
      yield { work, runs: await measure(contestants, requests, effort) };
    }
  }
}
