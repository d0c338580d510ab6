/** A point of a series. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The slope of the straight line that fits the points best, by least squares; 0 where there are no two of them. */
export function slopeOf(points: readonly Point[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
  let along = 0;
  let across = 0;
  for (const { x, y } of points) {
    along += (x - middle.x) * (y - middle.y);
    across += (x - middle.x) ** 2;
  }
  return across === 0 ? 0 : along / across;
}
