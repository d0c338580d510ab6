import type { Admission, IngressGate, IngressMessage } from "../../../../dev/runtime/ingress/ingress.js";
import type { RuntimeError } from "../../../../dev/runtime/runtime-error.js";

/** The runtime's side of an ingress, which keeps what it is given; positions outlive it as a store's would. */
export class RecordingGate implements IngressGate {
  readonly messages: IngressMessage[] = [];
  readonly admissions: Admission[] = [];
  readonly failures: RuntimeError[] = [];
  readonly positions: Map<string, Uint8Array>;
  /** From this many messages on the gate is paused. */
  threshold = Infinity;
  #open: () => void = () => undefined;

  constructor(positions = new Map<string, Uint8Array>()) {
    this.positions = positions;
  }

  get paused(): boolean {
    return this.messages.length >= this.threshold;
  }

  whenOpen(): Promise<void> {
    if (!this.paused) return Promise.resolve();
    return new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Lets messages in again, up to the next threshold. */
  reopen(threshold = Infinity): void {
    this.threshold = threshold;
    this.#open();
  }

  admit(admission: Admission): boolean {
    this.admissions.push(admission);
    this.messages.push(...admission.messages);
    if (admission.position !== undefined)
      this.positions.set(admission.position.key, admission.position.value);
    return true;
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  position(key: string): Uint8Array | undefined {
    return this.positions.get(key);
  }

  serves(): boolean {
    return true;
  }

  fail(error: RuntimeError): void {
    this.failures.push(error);
  }
}
