/** Placeholder until it lands in this branch. */
export const authorize = undefined;
