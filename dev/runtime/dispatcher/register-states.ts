import type { WireValueSpec } from "statefun/wire";
import { addressText } from "../address.js";
import type { Expiration, StoredSpec } from "../records/records.js";
import { RuntimeError } from "../runtime-error.js";
import type { FunctionType, Mailbox } from "./mailbox.js";
import { runtimeTypename } from "./runtime-typename.js";

/** Names that a cluster uses itself beside the states of a function; a function that registers one kills the job. */
const takenNames: ReadonlySet<string> = new Set(["batch", "request-state"]);

const afterWrite = 1;
const afterCall = 2;

/**
 * Registers the states that a function reports as missing. Known ones are only checked; their expiration stays what it
 * was when they were registered.
 *
 * @returns whether the store has something to learn: a state that was never registered before
 * @throws RuntimeError `invalid-state` if one of them cannot be registered; nothing is registered then
 *
 * Source: PersistedRemoteFunctionValues.java; the checks against the store are those of Flink's state serializers.
 */
export function registerStates(mailbox: Mailbox, missing: readonly WireValueSpec[]): boolean {
  const { type } = mailbox;
  const checked = missing.map((spec) => checkedSpec(mailbox, spec));
  let isNew = false;
  for (const { spec, expiration } of checked) {
    if (type.registered.has(spec.name)) continue;
    let index = type.stored.findIndex(({ name }) => name === spec.name);
    if (index < 0) {
      index = type.stored.push(spec) - 1;
      isNew = true;
    }
    type.register(index, spec, expiration);
  }
  return isNew;
}

function checkedSpec(
  mailbox: Mailbox,
  wire: WireValueSpec,
): { readonly spec: StoredSpec; readonly expiration: Expiration | undefined } {
  const { name } = wire;
  const typename = runtimeTypename(wire.typename);
  if (typename === undefined) {
    const wanted = "must be <namespace>/<name>";
    throw refused(mailbox, name, `its typename ${JSON.stringify(wire.typename)} ${wanted}`);
  }
  if (takenNames.has(name)) throw refused(mailbox, name, "a cluster uses that name itself; take another one");
  const expiration = expirationOf(mailbox, wire);
  const spec = { name, typename, expires: expiration !== undefined };
  checkAgainst(mailbox, spec);
  return { spec, expiration };
}

function expirationOf(mailbox: Mailbox, { name, expiration }: WireValueSpec): Expiration | undefined {
  if (expiration === undefined) return undefined;
  const { mode, millis } = expiration;
  if (mode !== afterWrite && mode !== afterCall) return undefined;
  if (millis <= 0n) {
    throw refused(mailbox, name, `it expires after ${String(millis)} ms; an expiration is 1 ms or more`);
  }
  return { after: mode === afterWrite ? "write" : "call", millis: Number(millis) };
}

/** What is registered in this run, or was registered by a run before, cannot be taken back. */
function checkAgainst(mailbox: Mailbox, spec: StoredSpec): void {
  const { type } = mailbox;
  const before = type.registered.get(spec.name) ?? storedSpec(type, spec.name);
  if (before === undefined) return;
  if (before.typename !== spec.typename) {
    const change = `its type was ${before.typename} and cannot become ${spec.typename}`;
    throw refused(mailbox, spec.name, `${change}; use a new name for the new type`);
  }
  if ("expires" in before && before.expires !== spec.expires) {
    const change = before.expires
      ? "it expired and cannot cease to"
      : "it did not expire and cannot begin to";
    throw refused(mailbox, spec.name, `${change}, because it is stored already; use a new name`);
  }
}

function storedSpec(type: FunctionType, name: string): StoredSpec | undefined {
  return type.stored.find((spec) => spec.name === name);
}

function refused(mailbox: Mailbox, state: string, why: string): RuntimeError {
  const what = `${addressText(mailbox)} asks for the state ${JSON.stringify(state)}`;
  return new RuntimeError("invalid-state", `${what}: ${why}`, { address: mailbox });
}
