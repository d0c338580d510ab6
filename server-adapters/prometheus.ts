/** Placeholder until it lands in this branch. */
export const prometheus = undefined;
