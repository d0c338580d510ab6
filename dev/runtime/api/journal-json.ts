import { readRequest, type AddressView, type WireResponse } from "statefun/wire";
import type { StoredEntry } from "../journal.js";
import type { JournalEntry } from "../journal-entry.js";
import type { EntryJson } from "./journal-schemas.js";
import type { AddressJson } from "./schemas.js";
import { addressJson, errorJson, typedBytesJson, valueJson } from "./value-json.js";

type RequestEntry = Extract<JournalEntry, { readonly kind: "request" }>;
type ReplyEntry = Extract<JournalEntry, { readonly kind: "reply" }>;

/** The name of an entry, for readers that go on behind it: which journal, and which entry of it. */
export function entryId(run: string, number: number): string {
  return `${run}-${number.toString()}`;
}

/**
 * The number of the entry that {@link entryId} named; 0, which stands before all entries, if it belongs to another
 * journal. `undefined` if it is no such name.
 */
export function entryNumber(run: string, id: string): number | undefined {
  const parts = /^([0-9a-z]+)-(\d{1,15})$/.exec(id);
  if (parts === null) return undefined;
  return parts[1] === run ? Number(parts[2]) : 0;
}

/**
 * An entry of the journal as the API writes it.
 *
 * @param maxBytes - of each value, the bytes that are shown
 */
export function entryJson(
  run: string,
  { number, atMillis, entry }: StoredEntry,
  maxBytes: number,
): EntryJson {
  const head = { id: entryId(run, number), atMillis };
  switch (entry.kind) {
    case "admitted":
      return {
        ...head,
        kind: entry.kind,
        ingress: entry.ingress,
        addresses: entry.addresses.map(addressJson),
      };
    case "request":
      return { ...head, ...requestJson(entry, maxBytes) };
    case "attempt-failed":
      return { ...head, kind: entry.kind, address: addressJson(entry.address), why: entry.why };
    case "reply":
      return { ...head, ...replyJson(entry, maxBytes) };
    case "delay-elapsed":
      return { ...head, kind: entry.kind, from: addressJson(entry.from), to: addressJson(entry.to) };
    case "delivered": {
      const { kind, egress, sequence, argument } = entry;
      return { ...head, kind, egress, sequence, record: valueJson(argument, maxBytes) };
    }
    case "egress-failed":
      return { ...head, kind: entry.kind, egress: entry.egress, error: errorJson(entry.error) };
    case "ingress-failed":
      return { ...head, kind: entry.kind, ingress: entry.ingress, error: errorJson(entry.error) };
    case "ingress-recovered":
      return { ...head, kind: entry.kind, ingress: entry.ingress };
    case "egress-recovered":
      return { ...head, kind: entry.kind, egress: entry.egress };
    case "egress-dropped": {
      const { kind, egress, sequence, argument, mayHaveArrived } = entry;
      return { ...head, kind, egress, sequence, record: valueJson(argument, maxBytes), mayHaveArrived };
    }
    case "running":
      return { ...head, kind: entry.kind, restarts: entry.restarts };
    case "stopped": {
      const { kind, error, retryMillis } = entry;
      return { ...head, kind, error: errorJson(error), ...(retryMillis !== undefined && { retryMillis }) };
    }
    case "quarantine-full":
      return { ...head, kind: entry.kind, addresses: entry.addresses, bytes: entry.bytes };
    case "quarantine-relieved":
      return { ...head, kind: entry.kind };
    case "quarantine": {
      const { kind, what, address, error } = entry;
      return {
        ...head,
        kind,
        what,
        address: addressJson(address),
        ...(error && { error: errorJson(error) }),
      };
    }
  }
}

function requestJson(
  { kind, batch, address, request }: RequestEntry,
  maxBytes: number,
): Omit<Extract<EntryJson, { kind: "request" }>, "id" | "atMillis"> {
  const view = readRequest(request);
  return {
    kind,
    batch,
    address: addressJson(address),
    size: request.length,
    states: (view?.states ?? []).map((state) => ({
      name: state.name,
      ...(state.hasValue && { value: typedBytesJson(state.typename, state.value(), maxBytes) }),
    })),
    invocations: (view?.invocations ?? []).map((invocation) => {
      const caller = invocation.caller();
      return {
        ...(caller !== undefined && { caller: viewedAddress(caller) }),
        message: valueJson(invocation.bytes.subarray(invocation.start, invocation.end), maxBytes),
      };
    }),
  };
}

function viewedAddress({ namespace, name, id }: AddressView): AddressJson {
  return addressJson({ namespace, name, id });
}

function replyJson(
  { kind, batch, address, millis, response }: ReplyEntry,
  maxBytes: number,
): Omit<Extract<EntryJson, { kind: "reply" }>, "id" | "atMillis"> {
  const head = { kind, batch, address: addressJson(address), millis };
  if (response.kind === "result") return { ...head, result: resultJson(response, maxBytes) };
  const missing = response.missing.map(({ name, typename, expiration }) => ({
    name,
    typename,
    ...(expiration && { expiration: { mode: modeOf(expiration.mode), millis: String(expiration.millis) } }),
  }));
  return { ...head, missing };
}

/** Unknown modes count as none. */
function modeOf(mode: number): "none" | "after-write" | "after-call" {
  if (mode === 1) return "after-write";
  return mode === 2 ? "after-call" : "none";
}

function resultJson(
  response: Extract<WireResponse, { readonly kind: "result" }>,
  maxBytes: number,
): NonNullable<Extract<EntryJson, { kind: "reply" }>["result"]> {
  const { mutations, messages, delayed, egresses } = response;
  return {
    mutations: mutations.map(({ type, name, value }) => ({
      name,
      what: type === 1 ? ("modify" as const) : ("delete" as const),
      ...(type === 1 && { value: typedBytesJson(value?.typename ?? "", value?.bytes ?? nothing, maxBytes) }),
    })),
    messages: messages.map(({ target, argument }) => ({
      to: addressJson(target),
      message: valueJson(argument, maxBytes),
    })),
    delayedMessages: delayed
      .filter(({ isCancellation }) => !isCancellation)
      .map(({ target, argument, delayMillis, cancellationToken }) => ({
        to: addressJson(target),
        message: valueJson(argument, maxBytes),
        delayMillis: String(delayMillis),
        ...(cancellationToken !== "" && { cancellationToken }),
      })),
    cancellations: delayed
      .filter(({ isCancellation }) => isCancellation)
      .map(({ cancellationToken }) => cancellationToken),
    egressRecords: egresses.map(({ namespace, name, argument }) => ({
      egress: `${namespace}/${name}`,
      record: valueJson(argument, maxBytes),
    })),
  };
}

const nothing = new Uint8Array(0);
