import { StateFunError } from "../errors.js";
import { codecOf } from "../values/type.js";
import { persistedValueSpec } from "../wire/response.js";
import type { StateView } from "../wire/request.js";
import { rememberName } from "../wire/text.js";
import { textFields } from "../wire/writer.js";
import type { Cell, StateDefinition, Value } from "./value.js";
import type { SpecValue, StorageSpecs, ValueSpec } from "./value-spec.js";
import { checkStateName, valueSpec } from "./value-spec.js";

/** The state values of a function as its handlers see them. */
export type Storage<S extends StorageSpecs> = { readonly [K in keyof S]: Value<SpecValue<S[K]>> };

/** A function's storage, prepared once: the definitions, and how to lay cells over a request. */
export interface StorageLayout {
  /** The value specs by state name, bare types completed. */
  readonly specs: Readonly<Record<string, ValueSpec>>;
  readonly definitions: readonly StateDefinition[];
  /** Makes the object that handlers see. */
  over(cells: readonly Cell[]): object;
}

/**
 * Prepares the storage that a function declares.
 *
 * @throws StateFunError `invalid-argument` if a name or a spec is not one
 */
export function storageLayout(typename: string, declared: StorageSpecs): StorageLayout {
  const specs: Record<string, ValueSpec> = {};
  const definitions: StateDefinition[] = [];
  for (const [name, given] of Object.entries(declared)) {
    checkStateName(name, typename);
    const spec = completed(typename, name, given);
    Object.defineProperty(specs, name, { value: spec, enumerable: true });
    definitions.push(definitionOf(typename, name, spec));
  }
  const BatchStorage = storageClass(typename, definitions);
  return { specs: Object.freeze(specs), definitions, over: (cells) => new BatchStorage(cells) };
}

function completed(typename: string, name: string, given: unknown): ValueSpec {
  if (codecOf(given) !== undefined) return valueSpec(given as ValueSpec["type"]);
  if (
    typeof given === "object" &&
    given !== null &&
    codecOf((given as Partial<ValueSpec>).type) !== undefined &&
    "expiration" in given // what valueSpec(…) made; anything else may mean an expiration and not have it
  ) {
    return given as ValueSpec;
  }
  throw new StateFunError(
    "invalid-argument",
    `the state value ${name} of ${typename} is declared as neither a type nor a value spec: write types.int or valueSpec(types.int, …)`,
    { typename, stateName: name },
  );
}

function definitionOf(typename: string, name: string, { type, expiration }: ValueSpec): StateDefinition {
  const codec = codecOf(type);
  if (codec === undefined)
    throw new StateFunError("invalid-argument", `the value spec ${name} of ${typename} has no type`);
  rememberName(name);
  const remove = textFields([0x12, name]);
  return {
    name,
    codec,
    spec: persistedValueSpec(name, codec.typename, expiration),
    modify: Uint8Array.of(0x08, 1, ...remove), // MODIFY is 1; the default, DELETE, is 0
    remove,
  };
}

/**
 * Finds a state in a request; of two with the same name the later one counts.
 *
 * @returns `undefined` if the cluster does not know the state yet
 */
export function stateNamed(states: readonly StateView[], name: string): StateView | undefined {
  for (let i = states.length - 1; i >= 0; i--) {
    if (states[i]?.name === name) return states[i];
  }
  return undefined;
}

/** What every object answers to, so that logging or awaiting a storage object does not throw. */
const ordinaryNames: ReadonlySet<PropertyKey> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  "then",
  "toJSON",
]);

/** Where Node asks an object how to print it; otherwise it would look for names of its own, and meet the guard. */
const inspectKey = Symbol.for("nodejs.util.inspect.custom");

/** What storage objects hold. One class for all functions, because a private field is fastest where it has one owner. */
class CellHolder {
  readonly #cells: readonly Cell[];

  constructor(cells: readonly Cell[]) {
    this.#cells = cells;
  }

  static cell(holder: CellHolder, index: number): Cell | undefined {
    return holder.#cells[index];
  }
}

/**
 * The class of one function's storage objects: an accessor a state value, and behind them a guard that refuses every
 * other name. Declared names never reach the guard, so it costs nothing.
 */
function storageClass(
  typename: string,
  definitions: readonly StateDefinition[],
): new (cells: readonly Cell[]) => object {
  class BatchStorage extends CellHolder {}
  definitions.forEach(({ name }, index) => {
    Object.defineProperty(BatchStorage.prototype, name, {
      enumerable: true,
      get(this: CellHolder) {
        return CellHolder.cell(this, index);
      },
      set() {
        throw new StateFunError(
          "invalid-argument",
          `storage.${name} cannot be assigned: write storage.${name}.set(value), or storage.${name}.remove()`,
          { typename, stateName: name },
        );
      },
    });
  });
  Object.defineProperty(BatchStorage.prototype, inspectKey, {
    value: () => `Storage { ${definitions.map(({ name }) => name).join(", ")} }`,
  });
  Object.setPrototypeOf(BatchStorage.prototype, guard(typename, definitions));
  return BatchStorage;
}

function guard(typename: string, definitions: readonly StateDefinition[]): object {
  const declared = definitions.map(({ name }) => name).join(", ");
  const refuse = (name: PropertyKey): never => {
    throw new StateFunError(
      "invalid-argument",
      `${typename} declares no state value ${String(name)}; ${declared === "" ? "it declares none" : `it declares ${declared}`}`,
      { typename, stateName: String(name) },
    );
  };
  return new Proxy(
    {},
    {
      get: (target, name): unknown =>
        typeof name === "symbol" || ordinaryNames.has(name) ? Reflect.get(target, name) : refuse(name),
      set: (_, name) => refuse(name),
    },
  );
}
