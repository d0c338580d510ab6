import type { FunctionName } from "../address.js";
import { typenameOf } from "../address.js";
import type { Counters } from "../counters.js";
import { RuntimeError } from "../runtime-error.js";
import type { Endpoint } from "../transport/transport.js";
import { FunctionTypeOf } from "./function-type.js";
import type { FunctionType, Mailbox } from "./mailbox.js";
import type { Tables } from "./tables.js";

/** All function types: those that the store knows, and those that are met while running. */
export class FunctionTypes {
  readonly #tables: Tables;
  readonly #counters: Counters;
  readonly #exact = new Map<string, Map<string, Endpoint>>();
  readonly #wildcards = new Map<string, Endpoint>();
  readonly #byName = new Map<string, Map<string, FunctionType>>();
  readonly #byNumber = new Map<number, FunctionType>();

  /**
   * Types served by `endpoints`; those that the store knows are there already, without registered states.
   *
   * @throws RuntimeError `invalid-argument` if two endpoints serve the same
   */
  constructor(tables: Tables, endpoints: readonly Endpoint[], counters: Counters) {
    this.#tables = tables;
    this.#counters = counters;
    for (const endpoint of endpoints) this.#addEndpoint(endpoint);
    for (const [number, record] of tables.types.committed()) {
      this.#add(
        new FunctionTypeOf<Mailbox>(number, record, this.#endpointOf(record), record.states, counters),
      );
    }
  }

  /** All types, in the order in which they were first met. */
  get all(): Iterable<FunctionType> {
    return this.#byNumber.values();
  }

  /** The type with that number in the store. */
  numbered(number: number): FunctionType {
    const type = this.#byNumber.get(number);
    if (type !== undefined) return type;
    const what = `the store speaks of function type ${number.toString()}, which it does not know`;
    throw new RuntimeError("store-damaged", `${what}; restore the data folder from an export`);
  }

  /** The type of that name if it was met before, served or not. */
  known({ namespace, name }: FunctionName): FunctionType | undefined {
    return this.#byName.get(namespace)?.get(name);
  }

  /** The type of that name, if an endpoint serves it. */
  served(name: FunctionName): FunctionType | undefined {
    const known = this.known(name);
    if (known !== undefined) return known.endpoint === undefined ? undefined : known;
    const endpoint = this.#endpointOf(name);
    return endpoint === undefined ? undefined : this.#meet(name, endpoint);
  }

  /** The type of that name, whether or not an endpoint serves it. */
  any(name: FunctionName): FunctionType {
    return this.known(name) ?? this.#meet(name, this.#endpointOf(name));
  }

  /** Whether an endpoint serves that name. Unlike {@link served} it leaves no trace. */
  serves(name: FunctionName): boolean {
    return this.#endpointOf(name) !== undefined;
  }

  /** Writes down what the store has to know of a type. */
  save(type: FunctionType): void {
    const { namespace, name, stored } = type;
    this.#tables.types.put(type.number, { namespace, name, states: stored });
  }

  #meet({ namespace, name }: FunctionName, endpoint: Endpoint | undefined): FunctionType {
    const type: FunctionType = new FunctionTypeOf<Mailbox>(
      this.#byNumber.size,
      { namespace, name },
      endpoint,
      [],
      this.#counters,
    );
    this.#add(type);
    this.save(type);
    return type;
  }

  #add(type: FunctionType): void {
    this.#byNumber.set(type.number, type);
    let names = this.#byName.get(type.namespace);
    if (names === undefined) this.#byName.set(type.namespace, (names = new Map<string, FunctionType>()));
    names.set(type.name, type);
  }

  /** The one for exactly that name comes before the one for all of the namespace. */
  #endpointOf({ namespace, name }: FunctionName): Endpoint | undefined {
    return this.#exact.get(namespace)?.get(name) ?? this.#wildcards.get(namespace);
  }

  #addEndpoint(endpoint: Endpoint): void {
    const { namespace, name } = endpoint.functions;
    const taken = name === undefined ? this.#wildcards.has(namespace) : this.#exact.get(namespace)?.has(name);
    if (taken === true) {
      const what = `two endpoints serve ${typenameOf({ namespace, name: name ?? "*" })}`;
      throw new RuntimeError("invalid-argument", `${what}; a function type has one endpoint`);
    }
    if (name === undefined) {
      this.#wildcards.set(namespace, endpoint);
      return;
    }
    let names = this.#exact.get(namespace);
    if (names === undefined) this.#exact.set(namespace, (names = new Map<string, Endpoint>()));
    names.set(name, endpoint);
  }
}
