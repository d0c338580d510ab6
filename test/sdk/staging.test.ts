import { describe, expect, test } from "@jest/globals";
import {
  customType,
  functionType,
  kafkaEgress,
  requestReplyHandler,
  statefulFunction,
  types,
  type Observer,
} from "statefun";
import { serializedBatch, serializedTypedValue } from "statefun/wire";
import { V1, V2 } from "./conformance/golden-bytes.js";
import { hex } from "../support/hex.js";

const Orders = kafkaEgress("ns/orders");

/** A request of one string message for `ns/<name>`. */
function requestFor(name: string): Uint8Array {
  return serializedBatch({
    target: { namespace: "ns", name, id: "1" },
    states: [],
    invocations: [{ argument: serializedTypedValue("io.statefun.types/string") }],
  });
}

describe("code of the author's that runs while a message is staged", () => {
  test("may end its batch, and nothing of it leaves with another", async () => {
    const controller = new AbortController();
    const Aborting = customType<string, "ns/Aborting">("ns/Aborting", {
      serialize(text) {
        controller.abort();
        return new TextEncoder().encode(text);
      },
      deserialize: (bytes) => new TextDecoder().decode(bytes),
    });
    const aborting = statefulFunction(functionType("ns/aborting", []), {
      on: {},
      async otherwise(context) {
        await Promise.resolve();
        context.send(Orders, { topic: "t", value: Aborting("LEAKED") });
      },
    });
    const quiet = statefulFunction(functionType("ns/quiet", []), { on: {}, otherwise: () => undefined });
    const writing = statefulFunction(functionType("ns/writing", []), {
      on: {},
      otherwise(context) {
        context.send(Orders, { topic: "t", value: "mine" });
      },
    });
    const handler = requestReplyHandler([aborting, quiet, writing], { onError: () => undefined });

    const failed = Promise.resolve(handler.handle(requestFor("aborting"), { signal: controller.signal }));
    await expect(failed).rejects.toMatchObject({ code: "client-disconnected" });
    const answers = await Promise.all([
      handler.handle(requestFor("quiet")),
      handler.handle(requestFor("writing")),
    ]);

    for (const answer of answers) expect(Buffer.from(answer).toString("latin1")).not.toContain("LEAKED");
    expect(hex(answers[0])).toBe("a20600");
  });

  test("may not use the context while the batch is being answered", async () => {
    const Cell = customType<string, "ns/Cell">("ns/Cell", {
      serialize(text) {
        late?.();
        return new TextEncoder().encode(text);
      },
      deserialize: (bytes) => new TextDecoder().decode(bytes),
    });
    let late: (() => void) | undefined;
    const fn = statefulFunction(functionType("ns/fn", [types.string]), {
      storage: { seen: Cell },
      on: {
        [types.string.typename](context) {
          context.storage.seen.set("held");
          late = () => {
            context.send(Orders, { topic: "t", value: "late" });
          };
        },
      },
    });
    const reports: unknown[] = [];
    const handler = requestReplyHandler([fn], { onError: (error) => reports.push(error) });

    const failed = Promise.resolve().then(() => handler.handle(V2));

    await expect(failed).rejects.toMatchObject({ code: "serialization", cause: { code: "context-closed" } });
    expect(reports).toHaveLength(1);
  });
});

describe("an observer", () => {
  test("sees a batch end that its time-out ended", async () => {
    const ended: unknown[] = [];
    const observe: Observer = {
      async batch(_, run) {
        try {
          return await run();
        } catch (error) {
          ended.push((error as { code?: unknown }).code);
          throw error;
        }
      },
    };
    const stuck = statefulFunction(functionType("ns/fn", [types.string]), {
      on: { [types.string.typename]: () => new Promise<void>(() => undefined) },
    });
    const handler = requestReplyHandler([stuck], {
      onError: () => undefined,
      observe,
      batchTimeout: { milliseconds: 5 },
    });

    const failed = Promise.resolve(handler.handle(V1));

    await expect(failed).rejects.toMatchObject({ code: "batch-timeout" });
    expect(ended).toEqual(["batch-timeout"]);
  });
});
