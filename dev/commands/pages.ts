import type { Query, RuntimeClient } from "./runtime-client.js";

/** A list of the API, as far as it was wanted. */
export interface Listed<T> {
  readonly items: readonly T[];
  /** Whether there is more. */
  readonly more: boolean;
}

/** The most items that the API gives at once. */
const pageItems = 1_000;

/** Reads a list of the API page by page, up to so many items. */
export async function listed<T>(
  client: RuntimeClient,
  path: string,
  query: Query,
  limit: number,
): Promise<Listed<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const wanted = Math.min(limit - items.length, pageItems);
    const page = (await client.json(path, { query: { ...query, limit: wanted, cursor } })) as {
      readonly items: readonly T[];
      readonly next?: string;
    };
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && items.length < limit);
  return { items, more: cursor !== undefined };
}
