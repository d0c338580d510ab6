import { textFields } from "statefun/wire";
import type { FunctionName } from "../address.js";
import type { Counters, TypeCounters } from "../counters.js";
import type { Expiration, StoredSpec, StoredValue } from "../records/records.js";
import type { Endpoint, Transport } from "../transport/transport.js";

/** A state that a function has asked for since the runtime started. */
export interface RegisteredState {
  /** Its place among the states of its type, also in the store. */
  readonly index: number;
  readonly name: string;
  readonly typename: string;
  readonly expiration: Expiration | undefined;
  /** The serialized field `state_name`. */
  readonly nameField: Uint8Array;
  /** The serialized fields `typename` and `has_value`. */
  readonly valueHead: Uint8Array;
}

/** When a value of the state expires; `Infinity` for never, and for no value. */
export function expiresAtMillis(
  { expiration }: { readonly expiration: Expiration | undefined },
  value: StoredValue | undefined,
): number {
  if (expiration === undefined || value === undefined) return Infinity;
  return value.touchedMillis + expiration.millis;
}

/** What the runtime knows of one function type; `M` is a mailbox, which knows its type in turn. */
export class FunctionTypeOf<M> implements FunctionName {
  /** Names the type in the store. */
  readonly number: number;
  readonly namespace: string;
  readonly name: string;
  /** Who serves it; `undefined` if the module has nobody. */
  readonly endpoint: Endpoint | undefined;
  /** Every state that was ever registered, as the store keeps it. */
  readonly stored: StoredSpec[];
  /** What was registered since the start, by name: requests carry these states and no others. */
  readonly registered = new Map<string, RegisteredState>();
  readonly counters: TypeCounters;
  /** Addresses with something to do, by id. */
  readonly mailboxes = new Map<string, M>();
  /** Made when the first batch is sent. */
  transport: Transport | undefined = undefined;
  /**
   * Until the first reply of the type is there, no other batch of the type is sent: otherwise each of them would be
   * answered with the states that are missing.
   */
  opening: "closed" | "asking" | "open" = "closed";
  /** Addresses whose batch waits for that first reply. */
  readonly waiting: M[] = [];

  /** A type without registered states. */
  constructor(
    number: number,
    { namespace, name }: FunctionName,
    endpoint: Endpoint | undefined,
    stored: readonly StoredSpec[],
    counters: Counters,
  ) {
    this.number = number;
    this.namespace = namespace;
    this.name = name;
    this.endpoint = endpoint;
    this.stored = [...stored];
    this.counters = counters.type(namespace, name);
  }

  /** Remembers that requests carry a state from now on; `expiration` holds until the runtime restarts. */
  register(index: number, spec: StoredSpec, expiration: Expiration | undefined): void {
    this.registered.set(spec.name, {
      index,
      name: spec.name,
      typename: spec.typename,
      expiration,
      nameField: textFields([0x0a, spec.name]),
      valueHead: Uint8Array.of(...textFields([0x0a, spec.typename]), 0x10, 1),
    });
  }
}
