import { jest } from "@jest/globals";

/** The two ways in which text becomes bytes and back: Node's own routines, and what every runtime has. */
export const textPaths = ["native", "portable"] as const;

export type TextPath = (typeof textPaths)[number];

/**
 * Loads modules anew, with or without a `Buffer` for `sdk/wire/text.ts` to find. `load` calls `jest.requireActual`;
 * everything that it loads at once shares one codec.
 */
export function loadedOn<T>(path: TextPath, load: () => T): T {
  return path === "native" ? isolated(load) : withBuffer(undefined, () => isolated(load));
}

/** Runs `run` while the global `Buffer` is another one, or none. */
export function withBuffer<T>(buffer: unknown, run: () => T): T {
  const original = Object.getOwnPropertyDescriptor(globalThis, "Buffer");
  if (original === undefined) throw new Error("this runtime has no Buffer to hide");
  Object.defineProperty(globalThis, "Buffer", { value: buffer, configurable: true, writable: true });
  try {
    return run();
  } finally {
    Object.defineProperty(globalThis, "Buffer", original);
  }
}

function isolated<T>(load: () => T): T {
  const loaded: T[] = [];
  jest.isolateModules(() => {
    loaded.push(load());
  });
  return loaded[0] as T;
}
