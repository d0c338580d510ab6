import type { FunctionName } from "../../../../dev/runtime/address.js";
import { typenameOf } from "../../../../dev/runtime/address.js";
import type { Admission, IngressGate, IngressMessage } from "../../../../dev/runtime/ingress/ingress.js";
import { RuntimeError } from "../../../../dev/runtime/runtime-error.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { Store, StoreWrite } from "../../../../dev/runtime/store/store.js";

/** A gate in front of a real store, without a dispatcher behind it: what is admitted stays there to be looked at. */
export class StoreGate implements IngressGate {
  readonly store: Store;
  /** What has been admitted, in order, durable or not. */
  readonly admitted: IngressMessage[] = [];
  /** What has been reported to {@link fail}. */
  readonly failures: RuntimeError[] = [];
  /** The function types that are served; all if left empty. */
  readonly served: string[] = [];
  /** Awaited before each commit: a test that holds it back sees what is not durable yet. */
  beforeCommit: Promise<void> = Promise.resolve();
  /** How often a commit was asked for. */
  commits = 0;
  /** Whether it pauses after each admission, as a mailbox that is full makes it. */
  pauseAfterEach = false;
  /** How often somebody waited for the gate to open. */
  waits = 0;
  #pause: Pause | undefined;
  #writes: StoreWrite[] = [];
  #keys = new Set<string>();
  #messages = 0;

  constructor(store: Store = memoryStore()) {
    this.store = store;
  }

  get paused(): boolean {
    return this.#pause !== undefined;
  }

  pause(): void {
    this.#pause ??= new Pause();
  }

  unpause(): void {
    const pause = this.#pause;
    this.#pause = undefined;
    pause?.open();
  }

  /** What waits for an open gate hears that the runtime stops. */
  stop(): void {
    this.#pause?.refuse(new RuntimeError("closed", "the runtime stops"));
  }

  async whenOpen(): Promise<void> {
    this.waits++;
    while (this.#pause !== undefined) await this.#pause.opened;
  }

  admit({ messages, position, idempotencyKey }: Admission): boolean {
    if (this.pauseAfterEach) this.pause();
    if (idempotencyKey !== undefined) {
      if (this.#keys.has(idempotencyKey) || this.store.get("requests", idempotencyKey) !== undefined)
        return false;
      this.#keys.add(idempotencyKey);
      this.#writes.push({ table: "requests", key: idempotencyKey, value: new Uint8Array(1) });
    }
    for (const message of messages) {
      this.admitted.push(message);
      this.#writes.push({ table: "mail", key: this.#messages++, value: message.argument });
    }
    if (position !== undefined) {
      this.#writes.push({ table: "positions", key: position.key, value: position.value });
    }
    return true;
  }

  async durable(): Promise<void> {
    this.commits++;
    const writes = this.#writes;
    this.#writes = [];
    await this.beforeCommit;
    await this.store.commit(writes);
  }

  position(key: string): Uint8Array | undefined {
    return this.store.get("positions", key);
  }

  serves(type: FunctionName): boolean {
    return this.served.length === 0 || this.served.includes(typenameOf(type));
  }

  fail(error: RuntimeError): void {
    this.failures.push(error);
  }
}

class Pause {
  open = (): void => undefined;
  refuse: (error: Error) => void = () => undefined;
  readonly opened = new Promise<void>((resolve, reject) => {
    this.open = resolve;
    this.refuse = reject;
  });

  constructor() {
    this.opened.catch(() => undefined); // whether or not anybody waits
  }
}
