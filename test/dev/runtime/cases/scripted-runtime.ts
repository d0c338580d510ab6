import type { RequestReplyHandler } from "statefun";
import { serializedTypedValue } from "statefun/wire";
import type { RecordedEgress } from "../../../../dev/runtime/egress/recorded.js";
import { recordedEgress } from "../../../../dev/runtime/egress/recorded.js";
import type { JournalEntry } from "../../../../dev/runtime/journal-entry.js";
import { Runtime } from "../../../../dev/runtime/runtime.js";
import type { RuntimeOptions } from "../../../../dev/runtime/runtime.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { Store } from "../../../../dev/runtime/store/store.js";
import { inProcessEndpoints } from "../../../../dev/runtime/transport/in-process.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import { watchedFunctions } from "../../../../dev/runtime/watched-functions.js";
import { answerTo, CarriedTimes } from "../../../scenarios/answer.js";
import type { Batch } from "../../../scenarios/batch.js";
import { readBatch } from "../../../scenarios/batch.js";
import type { DeclaredFunctions } from "../../../scenarios/scenario.js";

/** The typename of messages that carry commands; the egress that records of the cases go to. */
export const commandsTypename = "golden/commands";
export const egressId = "example/out";

/** What a case may set. */
export interface CaseOptions extends Partial<
  Pick<RuntimeOptions, "limits" | "onFatal" | "restart" | "endpoints">
> {
  /** Where everything is kept; a store in memory if left out. */
  readonly store?: Store;
  /** The states that functions declare, by typename. */
  readonly functions?: DeclaredFunctions;
  readonly maxNumBatchRequests?: number;
}

/** The functions that every case has; others are unknown. */
const typenames = ["example/a", "example/b", "example/c"];

/** The runtime with functions that do what their messages say: see test/vectors/README.md for the commands. */
export class ScriptedRuntime {
  readonly clock = virtualClock(1_000_000);
  readonly store: Store;
  readonly egress: RecordedEgress = recordedEgress(egressId);
  /** Every request, decoded, in the order in which they came. */
  readonly requests: Batch[] = [];
  readonly journal: JournalEntry[] = [];
  readonly #gates = new Map<string, (() => void)[] | "open">();
  readonly #options: CaseOptions;
  readonly #carried = new CarriedTimes();
  readonly #functions;
  runtime: Runtime;
  functions: DeclaredFunctions;

  constructor(options: CaseOptions = {}) {
    this.#options = options;
    this.store = options.store ?? memoryStore();
    this.functions = options.functions ?? {};
    const handler: RequestReplyHandler = {
      functions: typenames.map((typename) => ({ typename, accepts: [], acceptsOthers: true, storage: {} })),
      maxRequestBytes: Number.MAX_SAFE_INTEGER,
      report: () => undefined,
      handle: (request) => this.#handle(request),
    };
    this.#functions = watchedFunctions(handler, () => {
      this.runtime.wake();
    });
    this.runtime = this.#newRuntime();
  }

  static async start(options: CaseOptions = {}): Promise<ScriptedRuntime> {
    const scripted = new ScriptedRuntime(options);
    await scripted.runtime.start();
    return scripted;
  }

  #newRuntime(): Runtime {
    const { maxNumBatchRequests, endpoints, limits, onFatal, restart = "never" } = this.#options;
    const own = inProcessEndpoints(this.#functions, {
      clock: this.clock,
      ...(maxNumBatchRequests === undefined ? {} : { maxNumBatchRequests }),
    });
    return new Runtime({
      store: this.store,
      clock: this.clock,
      endpoints: [...own, ...(endpoints ?? [])],
      egresses: [this.egress],
      limits,
      onFatal,
      restart,
      journal: (entry) => this.journal.push(entry),
    });
  }

  #handle(request: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const batch = readBatch(request);
    this.requests.push(batch);
    const { holds, body } = answerTo(batch, this.functions, this.#carried);
    const gate = holds.find((name) => this.#gates.get(name) !== "open");
    if (gate === undefined) return body;
    return new Promise((resolve) => {
      const waiting = this.#gates.get(gate);
      const open = (): void => {
        resolve(body);
      };
      if (Array.isArray(waiting)) waiting.push(open);
      else this.#gates.set(gate, [open]);
    });
  }

  /** Opens a gate for good. */
  release(gate: string): void {
    const waiting = this.#gates.get(gate);
    this.#gates.set(gate, "open");
    if (Array.isArray(waiting)) for (const open of waiting) open();
  }

  /** Sends commands to `<name>/<id>` in the namespace `example`, as an ingress does. */
  send(to: string, ...commands: readonly object[]): void {
    this.sendArgument(to, serializedTypedValue(commandsTypename, Buffer.from(JSON.stringify(commands))));
  }

  /** Sends a serialized `TypedValue`. */
  sendArgument(to: string, argument: Uint8Array): void {
    const slash = to.indexOf("/");
    const target = { namespace: "example", name: to.slice(0, slash) };
    this.runtime.gate("example/in").admit({ messages: [{ target, id: to.slice(slash + 1), argument }] });
  }

  /** Waits until nothing moves but calls that are held. */
  async settle(): Promise<void> {
    for (;;) {
      const held = [...this.#gates.values()].flatMap((waiting) => (waiting === "open" ? [] : waiting)).length;
      if (this.#functions.busy <= held && this.runtime.settled) return;
      await this.runtime.moved();
    }
  }

  async advance(millis: number): Promise<void> {
    await this.clock.advanceTo(this.clock.now() + millis, () => this.settle());
    await this.settle();
  }

  /** As a crash of the process: what was not committed is lost, and another runtime begins from the store. */
  async crash(): Promise<void> {
    await this.runtime.crash();
    this.runtime = this.#newRuntime();
    await this.runtime.start();
  }

  /** The notes that one address got, in order; a batch that was sent again counts once. */
  notes(address: string): unknown[] {
    return this.answered(address).flatMap(({ calls }) => calls.flatMap((call) => notesOf(call.value)));
  }

  /** The requests for one address that carried all states it declares: those whose commands ran. */
  answered(address: string): Batch[] {
    const typename = address.split("/").slice(0, 2).join("/");
    const declared = this.functions[typename]?.states ?? [];
    return this.to(address).filter(({ states }) => declared.every(({ name }) => states.has(name)));
  }

  /** The requests for one address. */
  to(address: string): Batch[] {
    return this.requests.filter((batch) => batch.address === address);
  }

  /** The values of the records written, in order. */
  async records(): Promise<string[]> {
    await this.settle();
    return this.egress.read().records.map((record) => JSON.stringify(record));
  }

  async close(): Promise<void> {
    for (const gate of this.#gates.keys()) this.release(gate);
    await this.runtime.close();
  }
}

function notesOf(value: Uint8Array): unknown[] {
  const commands = JSON.parse(Buffer.from(value).toString("utf8")) as readonly { readonly note?: unknown }[];
  return commands.flatMap(({ note }) => (note === undefined ? [] : [note]));
}
