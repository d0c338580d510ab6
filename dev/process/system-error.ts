/** The code of an error of the operating system, such as `EEXIST`. Not by `instanceof`: some hosts have several `Error`s. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
