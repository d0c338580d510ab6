import {
  statefulFunction,
  types,
  type AnyStatefulFunction,
  type DeepReadonly,
  type JsonValue,
  type Value,
} from "statefun";
import {
  Keeper,
  keeperStorage,
  Log,
  Note,
  Notes,
  notesStorage,
  Records,
  Relay,
  Sink,
  Streams,
  Tally,
  tallyStorage,
  Trouble,
} from "./contract.js";

// The functions under fuzzing. What each of them answers is said a second time in model.ts.

const tally = statefulFunction(Tally, {
  storage: tallyStorage,
  on: {
    [types.int.typename]({ storage }, amount) {
      storage.seen.update((held = 0) => (held + amount) | 0);
    },
    [types.string.typename]({ storage }, text) {
      if (text.startsWith("f")) storage.seen.remove();
      else storage.seen.get();
    },
  },
});

const relay = statefulFunction(Relay, {
  on: {
    async [types.string.typename](context, text) {
      const { self, caller, headers } = context;
      context.send(self, types.string(text), { headers });
      if (caller !== undefined) context.send(caller, types.long(BigInt(text.length)));
      context.send(Records, { topic: `t${text}`, key: text, value: types.string(text), headers });
      context.send(Streams, {
        stream: "s",
        partitionKey: `p${text}`,
        explicitHashKey: text,
        value: text,
      });
      const token = text === "" ? {} : { cancellationToken: text };
      context.sendAfter({ milliseconds: 2 ** (text.length % 53) }, self, types.string(text), {
        headers,
        ...token,
      });
      if (text !== "" && text.length % 3 === 0) context.cancelDelayedMessage(text);
    },
    async [types.boolean.typename](context, flag) {
      if (flag) context.send(Log, types.string("seen"));
    },
  },
  async otherwise(context, message) {
    const { self, headers } = context;
    context.send(self, message);
    context.send(Log, message);
    if (headers.length > 0) context.send(self, message, { headers: headers.toReversed() });
  },
});

/** Stores `value` and sends on what was stored before. */
function exchange<T>(cell: Value<T>, value: Parameters<Value<T>["set"]>[0], send: (held: T) => void): void {
  const held = cell.get();
  if (held !== undefined) send(held as T);
  cell.set(value);
}

/** The bits of a NaN are not kept, so the model could not predict them. */
function notNaN(value: number): number {
  return Number.isNaN(value) ? 0.5 : value;
}

const keeper = statefulFunction(Keeper, {
  storage: keeperStorage,
  on: {
    [types.boolean.typename]({ storage }, everything) {
      const { flag, whole, big, small, ratio, text, raw } = storage;
      for (const cell of [flag, whole, big, small, ratio, text, raw]) {
        if (everything) cell.get();
        else cell.remove();
      }
      if (everything) flag.set(true);
    },
    [types.int.typename](context, value) {
      const sink = Sink.address(context.self.id);
      exchange(context.storage.whole, value, (held) => {
        context.send(sink, types.int(held));
      });
    },
    async [types.long.typename](context, value) {
      const sink = Sink.address(context.self.id);
      exchange(context.storage.big, value, (held) => {
        context.send(sink, types.long(held));
      });
    },
    [types.float.typename](context, value) {
      const sink = Sink.address(context.self.id);
      exchange(context.storage.small, notNaN(value), (held) => {
        context.send(sink, types.float(notNaN(held)));
      });
    },
    [types.double.typename](context, value) {
      const sink = Sink.address(context.self.id);
      exchange(context.storage.ratio, notNaN(value), (held) => {
        context.send(sink, types.double(notNaN(held)));
      });
    },
    async [types.string.typename](context, value) {
      const sink = Sink.address(context.self.id);
      exchange(context.storage.text, value, (held) => {
        context.send(sink, types.string(held));
      });
    },
    [types.bytes.typename](context, value) {
      const sink = Sink.address(context.self.id);
      exchange(context.storage.raw, value, (held) => {
        context.send(sink, types.bytes(held));
      });
    },
  },
});

/** The end of a list; nothing of any other JSON. */
function lastTwo(held: DeepReadonly<JsonValue> | undefined): readonly DeepReadonly<JsonValue>[] {
  return Array.isArray(held) ? (held as readonly DeepReadonly<JsonValue>[]).slice(-2) : [];
}

const notes = statefulFunction(Notes, {
  storage: notesStorage,
  on: {
    [Note.typename](context, note) {
      const { self, storage } = context;
      storage.latest.update((held) => [...lastTwo(held), note]);
      context.send(Sink.address(self.id), Note(note));
    },
  },
});

const trouble = statefulFunction(Trouble, {
  on: {
    [types.string.typename](context, text) {
      const { self } = context;
      context.send(self, types.string(text));
      switch (text[0]) {
        case "t":
          throw new Error("thrown");
        case "r":
          return Promise.reject(new Error("rejected"));
        case "s":
          // Whatever JavaScript can throw, somebody throws.
          return rejectedWith("a text" as unknown as Error);
        case "h":
          context.send(self, types.string("\ud800"));
          return;
        case "n":
          context.sendAfter({ milliseconds: -1 }, self, types.string(text));
          return;
        case "k":
          context.send(Records, { topic: "", value: text });
          return;
        default:
          return thenable();
      }
    },
  },
});

function rejectedWith(reason: Error): Promise<void> {
  return new Promise((_, reject) => {
    reject(reason);
  });
}

/** Something that is awaited without being a promise of this realm. */
function thenable(): Promise<void> {
  const waiting: PromiseLike<void> = {
    then: (resolved, rejected) => Promise.resolve().then(resolved, rejected),
  };
  return waiting as Promise<void>;
}

/** All of them, in the order that they are given to the handler. */
export const functions: readonly AnyStatefulFunction[] = [tally, relay, keeper, notes, trouble];
