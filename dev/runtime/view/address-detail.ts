import type { FunctionAddress } from "../address.js";
import { expiresAtMillis } from "../dispatcher/function-type.js";
import type { FunctionType } from "../dispatcher/mailbox.js";
import type { Run } from "../dispatcher/run.js";
import type { StoredSpec, StoredValue } from "../records/records.js";
import { addressKey } from "../records/records.js";
import type { AddressDetail, StateValue } from "../runtime-view.js";

/** What the runtime knows of one address; `undefined` if nothing. */
export function addressDetail(
  run: Run,
  address: FunctionAddress,
  nowMillis: number,
): AddressDetail | undefined {
  const type = run.types.known(address);
  if (type === undefined) return undefined;
  const mailbox = type.mailboxes.get(address.id);
  const values = run.tables.state.get(addressKey(type.number, address.id));
  if (mailbox === undefined && values === undefined) return undefined;
  const { quarantined } = mailbox ?? {};
  return {
    address,
    states: stateValues(type, values ?? [], nowMillis),
    inFlight:
      mailbox?.call === undefined
        ? undefined
        : {
            batch: mailbox.batchNumber,
            invocations: mailbox.batch?.length ?? 0,
            sinceMillis: performance.now() - mailbox.sentAt,
          },
    backlog: mailbox?.backlog.length ?? 0,
    quarantine:
      quarantined === undefined
        ? undefined
        : { sinceMillis: quarantined.sinceMillis, code: quarantined.code, message: quarantined.message },
  };
}

/** The values of an address: of every state that is registered, and of those that are only stored. */
export function stateValues(
  type: FunctionType,
  values: readonly (StoredValue | undefined)[],
  nowMillis: number,
): readonly StateValue[] {
  return type.stored.flatMap((spec, index) => {
    const value = values[index];
    if (value === undefined && !type.registered.has(spec.name)) return [];
    return [stateValue(type, spec, value, nowMillis)];
  });
}

function stateValue(
  type: FunctionType,
  { name, typename }: StoredSpec,
  value: StoredValue | undefined,
  nowMillis: number,
): StateValue {
  const registered = type.registered.get(name);
  const atMillis = registered === undefined ? Infinity : expiresAtMillis(registered, value);
  const isThere = value !== undefined && atMillis > nowMillis;
  return {
    name,
    typename,
    bytes: isThere ? value.bytes : undefined,
    touchedMillis: isThere ? value.touchedMillis : undefined,
    expiresAtMillis: isThere && atMillis !== Infinity ? atMillis : undefined,
  };
}
