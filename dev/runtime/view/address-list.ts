import type { FunctionAddress } from "../address.js";
import type { Run } from "../dispatcher/run.js";
import { addressKey, addressOfKey } from "../records/records.js";
import type { AddressQuery, AddressSummary, Page } from "../runtime-view.js";
import type { Store } from "../store/store.js";
import { stateValues } from "./address-detail.js";
import { cursorOf, textOfCursor } from "./cursor.js";

interface KeyRange {
  readonly from: string;
  readonly to: string | undefined;
}

/** Sorts behind every id with the prefix before it: no text of ours goes on with it. */
const behind = "\uffff";

/**
 * A page of the addresses that hold state or have something to do, in the order of their keys: the store is read no
 * further than the page needs.
 *
 * @throws RuntimeError `invalid-argument` if the cursor is not one of this list
 */
export function addressList(
  run: Run,
  store: Store,
  query: AddressQuery,
  nowMillis: number,
): Page<AddressSummary> {
  const range = rangeOf(run, query);
  if (range === undefined) return { items: [], next: undefined };
  const cursor = textOfCursor(query.cursor);
  const from = cursor !== undefined && cursor > range.from ? cursor : range.from;
  const keys = keysFrom(run, store, { ...range, from }, query.limit + 1);
  const next = keys[query.limit];
  return {
    items: keys.slice(0, query.limit).map((key) => summary(run, key, nowMillis)),
    next: next === undefined ? undefined : cursorOf(next),
  };
}

/** The keys of a query; `undefined` if its type was never met. */
function rangeOf(run: Run, { type, idPrefix }: AddressQuery): KeyRange | undefined {
  if (type === undefined) return { from: "", to: undefined };
  const known = run.types.known(type);
  if (known === undefined) return undefined;
  const from = addressKey(known.number, idPrefix ?? "");
  return { from, to: from + behind };
}

function keysFrom(run: Run, store: Store, { from, to }: KeyRange, limit: number): string[] {
  const { keys, last } = committedKeys(run, store, { from, to }, limit);
  for (const key of inMemory(run)) {
    if (key >= from && (to === undefined || key < to) && (last === undefined || key <= last)) keys.add(key);
  }
  return [...keys].sort((a, b) => (a < b ? -1 : 1)).slice(0, limit);
}

/**
 * The first `limit` keys in the store that are not about to be removed.
 *
 * @returns also the last of them, if there may be more behind it
 */
function committedKeys(
  run: Run,
  store: Store,
  { from, to }: KeyRange,
  limit: number,
): { readonly keys: Set<string>; readonly last: string | undefined } {
  const keys = new Set<string>();
  for (let start = from; ;) {
    let found = 0;
    let key = start;
    for (const [next] of store.scan("state", { from: start, to, limit })) {
      found++;
      key = next as string;
      if (run.tables.state.get(key) !== undefined) keys.add(key);
      if (keys.size === limit) return { keys, last: key };
    }
    if (found < limit) return { keys, last: undefined };
    start = `${key}\0`;
  }
}

function* inMemory(run: Run): Iterable<string> {
  for (const [key] of run.tables.state.uncommitted()) if (run.tables.state.get(key) !== undefined) yield key;
  for (const type of run.types.all) for (const mailbox of type.mailboxes.values()) yield mailbox.key;
}

/** The address of a key. */
export function addressAt(run: Run, key: string): FunctionAddress {
  const { type, id } = addressOfKey(key);
  const { namespace, name } = run.types.numbered(type);
  return { namespace, name, id };
}

function summary(run: Run, key: string, nowMillis: number): AddressSummary {
  const address = addressAt(run, key);
  const mailbox = run.mailbox(address);
  let states = 0;
  let stateBytes = 0;
  const values = run.tables.state.get(key) ?? [];
  for (const { bytes } of stateValues(run.types.numbered(addressOfKey(key).type), values, nowMillis)) {
    if (bytes === undefined) continue;
    states++;
    stateBytes += bytes.length;
  }
  return {
    address,
    states,
    stateBytes,
    waiting: (mailbox?.batch?.length ?? 0) + (mailbox?.backlog.length ?? 0),
    inFlight: mailbox?.call !== undefined,
    quarantined: mailbox?.quarantined !== undefined,
  };
}
