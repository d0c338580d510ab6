import type { FunctionAddress, FunctionName } from "../address.js";
import { typenameOf } from "../address.js";
import type { IngressCounters } from "../counters.js";
import type { JournalListener } from "../journal-entry.js";
import type { Admission, IngressGate } from "../ingress/ingress.js";
import { RuntimeError } from "../runtime-error.js";
import type { Dispatcher } from "./dispatcher.js";
import type { FunctionTypes } from "./function-types.js";
import type { KnownRequests } from "./known-requests.js";
import type { Tables } from "./tables.js";
import { invocationBytes } from "./wire-parts.js";

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: RuntimeError) => void;
}

/** The run of the runtime that a gate leads into. */
export interface GateKeeper {
  /** Why nobody may pass any more; `undefined` while the run goes on. */
  readonly ended: RuntimeError | undefined;
  readonly paused: boolean;
  /** Whether a message that nobody serves is set aside rather than fatal. */
  readonly quarantines: boolean;
  readonly types: FunctionTypes;
  readonly tables: Tables;
  readonly requests: KnownRequests;
  readonly dispatcher: Dispatcher;
  readonly journal: JournalListener;
  durable(): Promise<void>;
  failed(error: RuntimeError): void;
}

/** What one ingress is given for one run of the runtime. */
export class Gate implements IngressGate {
  readonly #run: GateKeeper;
  readonly #ingress: string;
  readonly #counters: IngressCounters;
  readonly #admitted: () => void;
  #waiting: Waiting[] = [];
  #lastKey: string | undefined;
  #lastPositionKey = "";

  /** A gate for the ingress of that id; `admitted` is called behind each admission. */
  constructor(run: GateKeeper, ingress: string, counters: IngressCounters, admitted: () => void) {
    this.#run = run;
    this.#ingress = ingress;
    this.#counters = counters;
    this.#admitted = admitted;
  }

  get paused(): boolean {
    return this.#run.paused;
  }

  whenOpen(): Promise<void> {
    if (this.#run.ended !== undefined) return Promise.reject(this.#run.ended);
    if (!this.paused) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  admit(admission: Admission): boolean {
    const run = this.#run;
    if (run.ended !== undefined) throw run.ended;
    const { messages, position, idempotencyKey } = admission;
    if (idempotencyKey !== undefined && !this.#read(() => run.requests.isNew(idempotencyKey))) {
      this.#counters.repeated++;
      return false;
    }
    const unserved = messages.find(({ target }) => run.types.served(target) === undefined);
    if (unserved !== undefined && !run.quarantines) throw this.#unserved(unserved.target);
    if (position !== undefined) run.tables.positions.put(this.#positionKey(position.key), position.value);
    if (idempotencyKey !== undefined) run.requests.add(idempotencyKey);
    this.#counters.messages += messages.length;
    if (messages.length > 0) {
      this.#counters.records++; // a position alone stands for no record
      const addresses: FunctionAddress[] = [];
      for (const { target, id, argument } of messages) {
        const invocation = invocationBytes(undefined, argument);
        addresses.push(run.dispatcher.deliver(run.types.any(target), id, invocation).address);
      }
      run.journal({ kind: "admitted", ingress: this.#ingress, addresses });
    }
    this.#admitted();
    return true;
  }

  durable(): Promise<void> {
    return this.#run.durable();
  }

  position(key: string): Uint8Array | undefined {
    return this.#read(() => this.#run.tables.positions.get(this.#positionKey(key)));
  }

  serves(type: FunctionName): boolean {
    return this.#run.types.serves(type);
  }

  fail(error: RuntimeError): void {
    this.#run.failed(error);
  }

  /** Lets those go on who wait, if the gate is open. */
  look(): void {
    if (this.#waiting.length === 0 || this.paused) return;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** Lets nobody pass any more. */
  close(why: RuntimeError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(why);
  }

  /** What cannot be read from the store ends the run, whatever the ingress makes of it. */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof RuntimeError) this.fail(error);
      throw error;
    }
  }

  /** The same text again for the same key as before: what is put under it is not hashed anew. */
  #positionKey(key: string): string {
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#lastPositionKey = `${this.#ingress}/${key}`;
    }
    return this.#lastPositionKey;
  }

  #unserved(target: FunctionName): RuntimeError {
    const what = `a record of the ingress ${this.#ingress} goes to ${typenameOf(target)}`;
    const advice = "add an endpoint for it to the module, or correct the target";
    const error = new RuntimeError("unknown-function", `${what}, which no endpoint serves; ${advice}`, {
      component: this.#ingress,
    });
    this.fail(error);
    return error;
  }
}
