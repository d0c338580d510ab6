/** A command line that cannot be right, for a reason that only shows when its parts are put together. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
