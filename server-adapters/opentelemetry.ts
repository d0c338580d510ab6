/** Placeholder until it lands in this branch. */
export const opentelemetry = undefined;
