/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * How far the runs lie apart: half the distance between the first and the third quartile, as a fraction of the median.
 * 0.05 reads "half of the runs lie within about 5 % of the figure".
 */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / middle;
}

/** The value below which `fraction` of the values lie, interpolated between the two nearest. */
export function quantile(values: readonly number[], fraction: number): number {
  if (values.length === 0) throw new RangeError("no runs: a figure needs at least one");
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position - Math.floor(position));
}
