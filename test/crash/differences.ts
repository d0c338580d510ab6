import type { Expected, Found, FoundOutcome } from "./model.js";

/** Every way in which what was found is not what was expected, in words; none if nothing was lost and nothing doubled. */
export function differences(expected: Expected, found: Found): readonly string[] {
  return [
    ...stateDifferences(expected, found),
    ...outcomeDifferences(expected, found.outcomes),
    ...orderDifferences(found.outcomes),
    ...(found.delayed === 0 ? [] : [`${String(found.delayed)} delayed messages were never cancelled`]),
  ];
}

function stateDifferences({ states: expected }: Expected, { states: found }: Found): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].sort().flatMap((address) => {
    const wanted = expected.get(address) ?? {};
    const held = found.get(address) ?? {};
    return [...new Set([...Object.keys(wanted), ...Object.keys(held)])]
      .filter((name) => wanted[name] !== held[name])
      .map((name) => `state ${name} of ${address} is ${shown(held[name])}, and not ${shown(wanted[name])}`);
  });
}

function outcomeDifferences({ outcomes: expected }: Expected, found: readonly FoundOutcome[]): string[] {
  const times = new Map<number, number>();
  const differing: string[] = [];
  for (const { key, outcome } of found) {
    const { number, amount } = outcome;
    const wanted = expected.get(number);
    times.set(number, (times.get(number) ?? 0) + 1);
    if (wanted === undefined) differing.push(`record ${String(number)} was committed, and should not be`);
    else if (wanted.key !== key || wanted.amount !== amount) {
      const instead = `${String(wanted.amount)} by ${wanted.key}`;
      differing.push(`record ${String(number)} is ${String(amount)} by ${key}, and not ${instead}`);
    }
  }
  for (const number of expected.keys()) {
    const committed = times.get(number) ?? 0;
    if (committed === 0) differing.push(`record ${String(number)} was not committed`);
    if (committed > 1) differing.push(`record ${String(number)} was committed ${String(committed)} times`);
  }
  return differing;
}

/** The records of one total are in one partition, in the order in which it made them. */
function orderDifferences(found: readonly FoundOutcome[]): string[] {
  const last = new Map<string, number>();
  return found.flatMap(({ key, outcome: { sequence } }) => {
    const before = last.get(key) ?? 0;
    last.set(key, sequence);
    return sequence === before + 1
      ? []
      : [`in the records of ${key}, number ${String(sequence)} follows number ${String(before)}`];
  });
}

function shown(value: number | undefined): string {
  return value === undefined ? "absent" : String(value);
}
