import { io } from "statefun/proto";
import { Failure, typedValue, type ValueType } from "./model-values.js";
import type { State } from "./reference.js";

const { MODIFY } = io.statefun.sdk.reqreply.FromFunction.PersistedValueMutation.MutationType;

type Mutation = io.statefun.sdk.reqreply.FromFunction.PersistedValueMutation.$Properties;

/** A declared state: its name, its type, and the expiration as the wire has it. */
export interface Definition {
  readonly name: string;
  readonly typename: string;
  readonly expiration?: { readonly mode: number; readonly expireAfterMillis: number };
}

/** A state value while a batch runs. */
interface Cell {
  /** What the cluster sent. */
  readonly sent: State;
  /** What the batch made of it; `undefined` as long as nothing wrote. */
  written?: { readonly value: unknown; readonly mutation: Mutation };
}

/** The state values of one batch: what the handlers of functions.ts find and leave there. */
export class Cells {
  readonly #cells = new Map<string, Cell>();

  constructor(definitions: readonly Definition[], states: readonly State[]) {
    for (const { name } of definitions) {
      const sent = states.findLast((state) => state.name === name); // of several with one name, the last one
      if (sent !== undefined) this.#cells.set(name, { sent });
    }
  }

  /** The held value. Fails if the cluster holds one of another type, or bytes that are none of this. */
  get<T>(name: string, type: ValueType<T>): T | undefined {
    const { sent, written } = this.#cell(name);
    if (written !== undefined) return written.value as T | undefined;
    if (sent.value?.hasValue !== true) return undefined;
    Cells.#checkType(sent, type);
    return type.read(sent.value.value);
  }

  /** Stores a value. Fails if the cluster holds one of another type. */
  set<T>(name: string, type: ValueType<T>, value: T): void {
    const cell = this.#cell(name);
    Cells.#checkType(cell.sent, type);
    cell.written = {
      value,
      mutation: { mutationType: MODIFY, stateName: name, stateValue: typedValue(type, value) },
    };
  }

  /** Deletes the value, whatever it is. */
  remove(name: string): void {
    this.#cell(name).written = { value: undefined, mutation: { stateName: name } };
  }

  /** One change for each state that was written, in the order of their declaration. */
  mutations(): Mutation[] {
    return [...this.#cells.values()].flatMap(({ written }) =>
      written === undefined ? [] : [written.mutation],
    );
  }

  #cell(name: string): Cell {
    const cell = this.#cells.get(name);
    if (cell === undefined) throw new Error(`the model has no state ${name}`);
    return cell;
  }

  static #checkType(sent: State, { typename }: { readonly typename: string }): void {
    if (sent.value?.hasValue === true && sent.value.typename !== typename) throw new Failure("serialization");
  }
}
