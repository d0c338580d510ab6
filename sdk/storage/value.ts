import type { DeepReadonly } from "../deep-readonly.js";
import { located, StateFunError } from "../errors.js";
import type { Address } from "../address.js";
import { printAddress } from "../address.js";
import type { Codec } from "../values/codec.js";
import type { ResponseWriter } from "../wire/response.js";
import { Argument } from "../wire/response.js";
import type { StateView } from "../wire/request.js";

/**
 * A state value of the current address. All handlers of a batch see one and the same: what one writes, the next
 * reads. The cluster gets one change a batch, and only if the whole batch succeeds.
 */
export interface Value<T> {
  /**
   * The value, or `undefined` if there is none. It is read-only, however deep: changes go through `set` and `update`.
   *
   * @throws StateFunError `serialization` if what the cluster holds is of another type or does not fit this one
   * @throws StateFunError `context-closed` if the batch has already been answered
   */
  get(): DeepReadonly<T> | undefined;
  /**
   * Stores a value. The value is handed over: it is checked now, kept as it is, and written when the batch ends.
   *
   * @throws StateFunError `serialization` if the value does not fit the type
   * @throws StateFunError `context-closed` if the batch has already been answered
   */
  set(value: DeepReadonly<T>): void;
  /**
   * Stores what `change` makes of the held value, and returns it: `visits.update((n = 0) => n + 1)`.
   *
   * @throws StateFunError `serialization` if the held or the new value does not fit the type
   * @throws StateFunError `context-closed` if the batch has already been answered
   */
  update(change: (held: DeepReadonly<T> | undefined) => DeepReadonly<T>): DeepReadonly<T>;
  /**
   * Deletes the value. Deleting a missing value is not an error.
   *
   * @throws StateFunError `context-closed` if the batch has already been answered
   */
  remove(): void;
}

/** A state value of one function as it was declared, with what is constant about it on the wire. */
export interface StateDefinition {
  readonly name: string;
  readonly codec: Codec<unknown>;
  /** The `PersistedValueSpec`, serialized. */
  readonly spec: Uint8Array;
  /** The `mutation_type` and `state_name` of a modification, serialized. */
  readonly modify: Uint8Array;
  /** The `state_name` of a removal, serialized. */
  readonly remove: Uint8Array;
}

/** What a cell needs to know of its batch. */
export interface BatchScope {
  readonly self: Address;
  /** Throws `context-closed` once the batch has ended. */
  assertOpen(): void;
}

/** What the batch has done to the value so far. */
type Change = "none" | "set" | "removed";

/** One state value during one batch: decoded at the first read, encoded once at the end, and only if it was written. */
export class Cell implements Value<unknown> {
  readonly #scope: BatchScope;
  readonly #definition: StateDefinition;
  readonly #view: StateView;
  #held: unknown;
  #isRead = false;
  #change: Change = "none";

  constructor(scope: BatchScope, definition: StateDefinition, view: StateView) {
    this.#scope = scope;
    this.#definition = definition;
    this.#view = view;
  }

  get(): unknown {
    this.#scope.assertOpen();
    if (!this.#isRead) this.#read();
    return this.#held;
  }

  set(value: unknown): void {
    this.#scope.assertOpen();
    if (!this.#isRead) this.#checkStoredType();
    this.#hold(value);
  }

  update(change: (held: unknown) => unknown): unknown {
    this.#scope.assertOpen();
    if (!this.#isRead) this.#read();
    const changed = change(this.#held);
    this.#scope.assertOpen();
    this.#hold(changed);
    return this.#held;
  }

  remove(): void {
    this.#scope.assertOpen();
    this.#held = undefined;
    this.#isRead = true;
    this.#change = "removed";
  }

  /** Whether the batch has written or removed the value. */
  get isChanged(): boolean {
    return this.#change !== "none";
  }

  /** Writes the change. */
  writeTo(effects: { readonly writer: ResponseWriter }): void {
    const { codec, modify, remove } = this.#definition;
    if (this.#change === "removed") {
      effects.writer.removal(remove);
      return;
    }
    let argument: Argument;
    try {
      argument = Argument.of(codec, codec.stage(this.#held), undefined);
    } catch (error) {
      throw this.#located(error);
    }
    effects.writer.modification(modify, argument);
  }

  #hold(value: unknown): void {
    // A removal asks for no type, but what follows it is the one change that the cluster gets.
    if (this.#change === "removed") this.#checkStoredType();
    try {
      this.#held = this.#definition.codec.check(value);
    } catch (error) {
      throw this.#located(error);
    }
    this.#isRead = true;
    this.#change = "set";
  }

  #read(): void {
    this.#checkStoredType();
    const view = this.#view;
    if (view.hasValue) {
      try {
        this.#held = this.#definition.codec.read(view.bytes, view.valueStart, view.valueEnd);
      } catch (error) {
        throw this.#located(error);
      }
    }
    this.#isRead = true;
  }

  /** A value stored under another typename cannot be read, and the cluster would refuse to replace it. */
  #checkStoredType(): void {
    const { codec, name } = this.#definition;
    const { hasValue, typename } = this.#view;
    if (!hasValue || typename === codec.typename) return;
    throw new StateFunError(
      "serialization",
      `${this.#where()} is stored as ${JSON.stringify(typename)} and declared as ${codec.typename}: a stored value keeps its type, so give the new type a new state name`,
      { typename: this.#scope.self.typename, id: this.#scope.self.id, stateName: name },
    );
  }

  #located(error: unknown): StateFunError {
    const { typename, id } = this.#scope.self;
    const details = { typename, id, stateName: this.#definition.name };
    return located(StateFunError.from(error), this.#where(), details);
  }

  #where(): string {
    return `the state value ${this.#definition.name} of ${printAddress(this.#scope.self)}`;
  }
}
