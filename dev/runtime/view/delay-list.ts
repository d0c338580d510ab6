import type { FunctionAddress } from "../address.js";
import type { Run } from "../dispatcher/run.js";
import type { DelayRecord } from "../records/records.js";
import { delayDueMillis, delaySequence } from "../records/records.js";
import type { DelayedMessage, DelayQuery, Page } from "../runtime-view.js";
import type { Store } from "../store/store.js";
import { cursorOf, textOfCursor } from "./cursor.js";
import { messageOf } from "./message-of.js";

/** The most delayed messages looked at for one page of those of one address: some ten milliseconds. */
const mostLookedAt = 10_000;

/**
 * A page of the delayed messages, in the order in which they come due.
 *
 * @throws RuntimeError `invalid-argument` if the cursor is not one of this list
 */
export function delayList(run: Run, store: Store, query: DelayQuery): Page<DelayedMessage> {
  const { limit, address } = query;
  const from = textOfCursor(query.cursor) ?? "";
  const keys = keysFrom(run, store, from, address === undefined ? limit + 1 : mostLookedAt);
  const items: DelayedMessage[] = [];
  for (const key of keys) {
    if (items.length === limit) return { items, next: cursorOf(key) };
    const record = run.tables.delays.get(key);
    if (record === undefined) continue;
    const message = delayedMessage(run, key, record);
    if (address === undefined || isAt(message.from, address) || isAt(message.to, address))
      items.push(message);
  }
  const last = keys.at(-1);
  return { items, next: keys.length < mostLookedAt || last === undefined ? undefined : cursorOf(`${last}~`) };
}

function keysFrom(run: Run, store: Store, from: string, limit: number): string[] {
  const keys = new Set<string>();
  for (const [key] of store.scan("delays", { from, limit })) keys.add(key as string);
  const last = keys.size === limit ? [...keys].at(-1) : undefined;
  for (const [key] of run.tables.delays.uncommitted()) {
    if (key >= from && (last === undefined || key <= last)) keys.add(key);
  }
  return [...keys].sort((a, b) => (a < b ? -1 : 1)).slice(0, limit);
}

function delayedMessage(run: Run, key: string, record: DelayRecord): DelayedMessage {
  const { token, fromType, fromId, toType, toId, invocation } = record;
  return {
    dueMillis: delayDueMillis(key),
    sequence: delaySequence(key),
    cancellationToken: token === "" ? undefined : token,
    from: addressOf(run, fromType, fromId),
    to: addressOf(run, toType, toId),
    argument: messageOf(invocation).argument,
  };
}

function addressOf(run: Run, type: number, id: string): FunctionAddress {
  const { namespace, name } = run.types.numbered(type);
  return { namespace, name, id };
}

function isAt(one: FunctionAddress, other: FunctionAddress): boolean {
  return one.namespace === other.namespace && one.name === other.name && one.id === other.id;
}
