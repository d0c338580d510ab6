import { RuntimeError } from "../runtime-error.js";
import type { Admission, IngressGate } from "./ingress.js";

/** What becomes of an admission that a client waits for. */
export type AdmissionOutcome =
  /** It is durable; `known` if its idempotency key was known already and nothing was taken over. */
  | { readonly kind: "durable"; readonly known: boolean }
  /** Too much is outstanding, and there is no room or no time to wait for less. */
  | { readonly kind: "overloaded" }
  /** The runtime is stopped, or stopped before the admission was durable. */
  | { readonly kind: "closed"; readonly why: string };

/** Hears what becomes of an admission, once. */
export type AdmissionListener = (outcome: AdmissionOutcome) => void;

/** Bounds of {@link Admissions}. */
export interface AdmissionLimits {
  /** How long an admission waits for a paused gate; without it for as long as that takes. */
  readonly maxWaitMillis?: number | undefined;
  /** How many bytes may wait altogether; {@link defaultMaxWaitingBytes} unless given. */
  readonly maxWaitingBytes?: number | undefined;
}

/** Enough for thousands of ordinary messages, and little beside what a process needs anyway. */
const defaultMaxWaitingBytes = 64 * 1024 * 1024;

/** What a waiting admission costs beside its message: the request, its socket, the entry here. */
const waitingOverheadBytes = 4 * 1024;

interface Waiting {
  readonly admission: Admission;
  readonly bytes: number;
  readonly done: AdmissionListener;
  timeout: NodeJS.Timeout | undefined;
}

/**
 * The admissions of an ingress whose clients wait until their message is durable. They are admitted in the order they
 * come; those of one turn of the event loop wait for the same commit.
 */
export class Admissions {
  readonly #maxWaitMillis: number | undefined;
  readonly #maxWaitingBytes: number;
  readonly #waiting = new Set<Waiting>();
  #waitingBytes = 0;
  #gate: IngressGate | undefined;
  #pumping = false;
  #admitted: { readonly done: AdmissionListener; readonly known: boolean }[] = [];

  constructor({ maxWaitMillis, maxWaitingBytes = defaultMaxWaitingBytes }: AdmissionLimits = {}) {
    this.#maxWaitMillis = maxWaitMillis;
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  /** The gate that admissions go through; `undefined` while the runtime is stopped. */
  get gate(): IngressGate | undefined {
    return this.#gate;
  }

  /** Begins to admit. */
  open(gate: IngressGate): void {
    this.#gate = gate;
  }

  /** Admits nothing any more, and refuses what waits. */
  shut(): void {
    const gate = this.#gate;
    if (gate === undefined) return;
    if (this.#admitted.length > 0) this.#awaitCommit(gate);
    this.#gate = undefined;
    for (const waiting of this.#waiting) {
      this.#forget(waiting);
      waiting.done(closed);
    }
  }

  /**
   * Admits as soon as the gate allows it. `done` is called once, never within this call unless it is refused.
   *
   * @param bytes - the size of the message
   * @returns what takes the admission back while it waits; afterwards that does nothing
   */
  take(admission: Admission, bytes: number, done: AdmissionListener): () => void {
    const gate = this.#gate;
    if (gate === undefined) done(closed);
    else if (gate.paused || this.#waiting.size > 0) return this.#wait(gate, admission, bytes, done);
    else this.#admit(gate, admission, done);
    return doNothing;
  }

  #wait(gate: IngressGate, admission: Admission, size: number, done: AdmissionListener): () => void {
    const bytes = size + waitingOverheadBytes;
    if (this.#waitingBytes + bytes > this.#maxWaitingBytes) {
      done({ kind: "overloaded" });
      return doNothing;
    }
    const waiting: Waiting = { admission, bytes, done, timeout: undefined };
    this.#waiting.add(waiting);
    this.#waitingBytes += bytes;
    if (this.#maxWaitMillis !== undefined) {
      waiting.timeout = setTimeout(() => {
        this.#forget(waiting);
        done({ kind: "overloaded" });
      }, this.#maxWaitMillis);
    }
    if (!this.#pumping) void this.#pump(gate);
    return () => {
      this.#forget(waiting);
    };
  }

  #forget(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting)) return;
    this.#waitingBytes -= waiting.bytes;
    clearTimeout(waiting.timeout);
  }

  /** Admits what waits, whenever the gate is open; never rejects. */
  async #pump(gate: IngressGate): Promise<void> {
    this.#pumping = true;
    while (this.#gate === gate && this.#waiting.size > 0) {
      try {
        await gate.whenOpen();
      } catch {
        break; // the runtime stops, and shut() refuses what waits
      }
      for (const waiting of this.#waiting) {
        if (this.#gate !== gate || gate.paused) break;
        this.#forget(waiting);
        this.#admit(gate, waiting.admission, waiting.done);
      }
    }
    this.#pumping = false;
    // Another gate may have been opened meanwhile, whose first admissions found this one still pumping.
    if (this.#gate !== undefined && this.#gate !== gate && this.#waiting.size > 0)
      void this.#pump(this.#gate);
  }

  #admit(gate: IngressGate, admission: Admission, done: AdmissionListener): void {
    let known: boolean;
    try {
      known = !gate.admit(admission);
    } catch (error) {
      done(closedBy(error));
      return;
    }
    const admitted = this.#admitted;
    admitted.push({ done, known });
    if (admitted.length > 1) return;
    setImmediate(() => {
      if (this.#admitted === admitted) this.#awaitCommit(gate);
    });
  }

  /** Waits for the commit of all that was admitted in this turn. */
  #awaitCommit(gate: IngressGate): void {
    const admitted = this.#admitted;
    this.#admitted = [];
    gate.durable().then(
      () => {
        for (const { done, known } of admitted) done({ kind: "durable", known });
      },
      (error: unknown) => {
        for (const { done } of admitted) done(closedBy(error));
      },
    );
  }
}

function doNothing(): void {
  // an admission that does not wait cannot be taken back
}

const closed: AdmissionOutcome = { kind: "closed", why: "the runtime is stopped" };

function closedBy(error: unknown): AdmissionOutcome {
  return { kind: "closed", why: error instanceof RuntimeError ? error.message : String(error) };
}
