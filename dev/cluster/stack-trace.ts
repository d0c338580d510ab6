/** More causes than this repeat each other. */
const shownCauses = 5;

/**
 * What a person wants from a Java stack trace: the chain of causes, the innermost last, without the calls between
 * them. A text without causes comes back without its calls.
 */
export function causes(trace: string): string {
  const lines = trace.split("\n").map((line) => line.trim());
  const telling = lines.filter((line) => line !== "" && !/^(at |\.\.\. \d+ more)/.test(line));
  const chain = telling.filter((line) => line.startsWith("Caused by: "));
  const shown = chain.length > 0 ? chain : telling;
  return [...new Set(shown)].slice(-shownCauses).join("\n  ");
}
