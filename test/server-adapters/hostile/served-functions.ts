import {
  egress,
  functionType,
  jsonType,
  statefulFunction,
  types,
  type AnyStatefulFunction,
  type JsonValue,
} from "statefun";
import { Conformance } from "../conformance-functions.js";

/** Any JSON, as a message and as a state value. */
export const AnyJson = jsonType<JsonValue, "ns/any-json">("ns/any-json");

/** Keeps the JSON that it is sent, and repeats what it held before to itself. */
export const Keeper = functionType("ns/keeper", [AnyJson]);

/** Where large replies go. */
const Replies = egress("ns/replies", [types.string]);

/** Batches that wait, and how they are let go on. */
export class Waiting {
  readonly #resolvers = new Set<() => void>();

  get size(): number {
    return this.#resolvers.size;
  }

  /** Resolves when it is let go, or its client has left. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#resolvers.add(resolve);
      signal.addEventListener("abort", () => {
        this.#resolvers.delete(resolve);
        resolve();
      });
    });
  }

  release(): void {
    for (const resolve of this.#resolvers) resolve();
    this.#resolvers.clear();
  }
}

/**
 * The functions that hostile clients call. `ns/fn` does what its message says: `wait`, `later`, `throw`, or
 * `reply <n>` for a reply of n bytes; it ignores other messages.
 */
export function servedFunctions(waiting: Waiting): readonly AnyStatefulFunction[] {
  const fn = statefulFunction(Conformance, {
    on: {
      [types.string.typename](context, message) {
        if (message === "wait") return waiting.wait(context.signal);
        if (message === "later") return new Promise((resolve) => setImmediate(resolve));
        if (message === "throw") throw new Error("as it was asked to");
        const [, size] = /^reply (\d+)$/.exec(message) ?? [];
        if (size !== undefined) context.send(Replies, types.string("x".repeat(Number(size))));
        return undefined;
      },
    },
  });
  const keeper = statefulFunction(Keeper, {
    storage: { kept: AnyJson },
    on: {
      [AnyJson.typename](context, value) {
        const held = context.storage.kept.get();
        if (held !== undefined) context.send(context.self, AnyJson(held));
        context.storage.kept.set(value);
      },
    },
  });
  return [fn, keeper];
}
