import type { EntryJson } from "../runtime/api/journal-schemas.js";
import {
  counted,
  shownAddress,
  shownBytes,
  shownDuration,
  shownError,
  shownSize,
  shownTime,
  shownValue,
} from "./readable.js";
import type { Style } from "./style.js";
import { printable } from "./style.js";

type Of<K extends EntryJson["kind"]> = Extract<EntryJson, { readonly kind: K }>;

/** An entry of the journal for people: what happened, and below it, indented, with what. */
export function shownEntry(entry: EntryJson, style: Style): readonly string[] {
  const [first, ...rest] = described(entry, style);
  const time = style("dim", shownTime(entry.atMillis));
  return [`${time}  ${first}`, ...rest.map((line) => `${" ".repeat(16)}${line}`)];
}

type Lines = readonly [string, ...string[]];

function described(entry: EntryJson, style: Style): Lines {
  switch (entry.kind) {
    case "admitted":
      return [
        `${style("cyan", "in")}       ${printable(entry.ingress)} → ${entry.addresses.map(shownAddress).join(", ")}`,
      ];
    case "request":
      return request(entry, style);
    case "reply":
      return reply(entry, style);
    case "attempt-failed":
      return [
        `${style("yellow", "failed")}   ${shownAddress(entry.address)} is called again: ${printable(entry.why)}`,
      ];
    case "delay-elapsed":
      return [`${style("cyan", "due")}      ${shownAddress(entry.from)} → ${shownAddress(entry.to)}`];
    case "delivered":
      return [
        `${style("green", "out")}      ${printable(entry.egress)} #${String(entry.sequence)}  ${shownValue(entry.record)}`,
      ];
    case "egress-failed":
      return [`${style("yellow", "failed")}   ${printable(entry.egress)}: ${shownError(entry.error)}`];
    case "ingress-failed":
      return [`${style("yellow", "failed")}   ${printable(entry.ingress)}: ${shownError(entry.error)}`];
    case "ingress-recovered":
      return [`${style("green", "back")}     ${printable(entry.ingress)}`];
    case "egress-recovered":
      return [`${style("green", "back")}     ${printable(entry.egress)}`];
    case "egress-dropped":
      return [
        `${style("yellow", "dropped")}  ${printable(entry.egress)} #${String(entry.sequence)}  ${shownValue(entry.record)}`,
        ...(entry.mayHaveArrived ? ["its destination may have it, or a part of it"] : []),
      ];
    case "running":
      return [
        `${style("green", "running")}  ${entry.restarts === 0 ? "" : counted(entry.restarts, "restart")}`,
      ];
    case "stopped":
      return [
        `${style("red", "stopped")}  ${shownError(entry.error)}`,
        entry.retryMillis === undefined
          ? "not tried again"
          : `starts again in ${shownDuration(entry.retryMillis)}`,
      ];
    case "quarantine-full":
      return [
        `${style("red", "full")}     ${counted(entry.addresses, "address", "addresses")} in quarantine: their messages take ${shownSize(entry.bytes)}`,
        "ingresses pause until some are retried or dropped: see statefun quarantine list",
      ];
    case "quarantine-relieved":
      return [`${style("green", "relieved")} the messages of quarantined addresses have room again`];
    case "quarantine":
      return [
        `${style("yellow", entry.what)}  ${shownAddress(entry.address)}`,
        ...(entry.error === undefined ? [] : [shownError(entry.error)]),
      ];
  }
}

function request({ batch, address, states, invocations }: Of<"request">, style: Style): Lines {
  const messages = counted(invocations.length, "message");
  return [
    `${style("cyan", "call")}     ${shownAddress(address)}  batch ${String(batch)}, ${messages}`,
    ...states.map(({ name, value }) => {
      return `state    ${printable(name)} = ${value === undefined ? "(none)" : shownBytes(value)}`;
    }),
    ...invocations.map(({ caller, message }) => {
      return `message  ${shownValue(message)}  from ${caller === undefined ? "an ingress" : shownAddress(caller)}`;
    }),
  ];
}

function reply({ batch, address, millis, result, missing }: Of<"reply">, style: Style): Lines {
  const head = `${style("cyan", "reply")}    ${shownAddress(address)}  batch ${String(batch)}, ${millis.toFixed(1)} ms`;
  if (missing !== undefined) {
    return [head, `asks for the state ${missing.map(({ name }) => printable(name)).join(", ")}`];
  }
  if (result === undefined) return [head];
  return [
    head,
    ...result.messages.map(({ to, message }) => `send     ${shownAddress(to)}  ${shownValue(message)}`),
    ...result.delayedMessages.map(({ to, message, delayMillis, cancellationToken }) => {
      const token = cancellationToken === undefined ? "" : `, token ${printable(cancellationToken)}`;
      const after = shownDuration(Number(delayMillis));
      return `delay    ${shownAddress(to)}  ${shownValue(message)}  after ${after}${token}`;
    }),
    ...result.cancellations.map((token) => `cancel   ${printable(token)}`),
    ...result.egressRecords.map(
      ({ egress, record }) => `egress   ${printable(egress)}  ${shownValue(record)}`,
    ),
    ...result.mutations.map(({ name, value }) => {
      return value === undefined
        ? `remove   ${printable(name)}`
        : `set      ${printable(name)} = ${shownBytes(value)}`;
    }),
  ];
}
