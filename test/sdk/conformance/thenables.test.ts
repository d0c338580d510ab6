import { describe, expect, test } from "@jest/globals";
import { types } from "statefun";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { golden, V1, V3 } from "./golden-bytes.js";
import { fn } from "./ns-fn.js";

describe("K62: a handler may return anything with a then", () => {
  const nothing = (): void => undefined;
  const thenables: Readonly<Record<string, (done: () => void) => PromiseLike<void>>> = {
    "an object": (done) => ({
      then: ((resolve: () => void) => {
        queueMicrotask(() => {
          done();
          resolve();
        });
      }) as never,
    }),
    "an object that resolves at once": (done) => ({
      then: ((resolve: () => void) => {
        done();
        resolve();
      }) as never,
    }),
    "a function": (done) =>
      Object.assign(nothing, {
        then: (resolve: () => void) => {
          setImmediate(() => {
            done();
            resolve();
          });
        },
      }) as never,
    "an object that begins only when it is asked": (done) => {
      let begun = false;
      return {
        then: ((resolve: () => void) => {
          if (begun) throw new Error("begun twice");
          begun = true;
          setImmediate(() => {
            done();
            resolve();
          });
        }) as never,
      };
    },
    "one that resolves with another": (done) => ({
      then: ((resolve: (value: unknown) => void) => {
        resolve(
          new Promise<void>((inner) =>
            setImmediate(() => {
              done();
              inner();
            }),
          ),
        );
      }) as never,
    }),
    "one that resolves twice": (done) => ({
      then: ((resolve: () => void) => {
        setImmediate(() => {
          done();
          resolve();
          resolve();
        });
      }) as never,
    }),
    "one that inherits its then": (done) =>
      Object.create({
        then: (resolve: () => void) => {
          setImmediate(() => {
            done();
            resolve();
          });
        },
      }) as never,
    "a promise of a subclass": (done) =>
      new (class extends Promise<void> {})((resolve) =>
        setImmediate(() => {
          done();
          resolve();
        }),
      ),
  };

  test.each(Object.entries(thenables))("K62: %s is waited for", async (_, thenable) => {
    const handler = recordingHandler([
      fn({ seen: types.int }, (context) =>
        thenable(() => {
          context.storage.seen.update((n = 0) => n + 1);
        }),
      ),
    ]);

    const answer = await handler.answer(V3);

    expect(hex(answer)).toBe(golden.R3);
    expect(handler.reports).toEqual([]);
  });

  const boom = new Error("boom");
  const failing: Readonly<Record<string, () => unknown>> = {
    "that rejects": () => ({
      then: (_resolve: unknown, reject: (error: unknown) => void) => {
        reject(boom);
      },
    }),
    "that rejects later": () => ({
      then: (_resolve: unknown, reject: (error: unknown) => void) => {
        setImmediate(() => {
          reject(boom);
        });
      },
    }),
    "whose then throws": () => ({
      then: () => {
        throw boom;
      },
    }),
    "whose then cannot be read": () =>
      Object.defineProperty({}, "then", {
        get: () => {
          throw boom;
        },
      }),
  };

  test.each(Object.entries(failing))("K62: one %s fails the batch", async (_, thenable) => {
    const handler = recordingHandler([fn({}, () => thenable() as never)]);

    const failure = await handler.failure(V1);

    expect(failure).toMatchObject({ code: "function-failed", cause: boom });
    expect(handler.reports).toHaveLength(1);
  });

  test.each([undefined, null, 0, "", "text", {}, [], { then: 1 }, () => 1])(
    "K62: anything else that is returned is ignored: %p",
    async (returned) => {
      const handler = recordingHandler([fn({}, () => returned as never)]);

      expect(handler.handle(V1)).toBeInstanceOf(Uint8Array);
      expect(hex(await handler.answer(V1))).toBe(golden.R4);
    },
  );
});
