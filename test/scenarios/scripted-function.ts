import type { Clock, ScheduledCall } from "../../dev/runtime/clock.js";
import type { ScriptedAnswer } from "./answer.js";
import { answerTo, CarriedTimes } from "./answer.js";
import type { Batch } from "./batch.js";
import { readBatch } from "./batch.js";
import type { HttpAnswer } from "./http-answer.js";
import { httpAnswer } from "./http-answer.js";
import type { Listening, RawRequest } from "./http-server.js";
import { RawHttpServer } from "./http-server.js";
import type { DeclaredFunctions } from "./scenario.js";

/** A request that the scripted function has received, and what became of it. */
export interface RecordedRequest {
  /** The address; for a request that is no POST `(<method> <target>)`. */
  readonly address: string;
  /** When it arrived. */
  readonly atMillis: number;
  /** The request line and the headers as they were written. */
  readonly head: readonly string[];
  readonly bytes: Uint8Array;
  /** What it carries; `undefined` if it is no POST. */
  readonly batch: Batch | undefined;
  /** What was decided; `undefined` if it is no POST. */
  readonly scripted: ScriptedAnswer | undefined;
  /** What was answered, once the waiting is over. */
  answer: HttpAnswer | undefined;
  /** Whether the connection was closed before that. */
  abandoned: boolean;
  readonly request: RawRequest;
}

/**
 * The function of all scenarios: an HTTP server that does what the commands in the messages say, and keeps every
 * request. It waits on `clock`, and tells `onActivity` of whatever happens.
 */
export class ScriptedFunction {
  readonly #server: RawHttpServer;
  readonly #clock: Clock;
  readonly #onActivity: () => void;
  readonly #gates = new Map<string, Gate>();
  readonly #carried = new CarriedTimes();
  readonly #stalls = new Set<ScheduledCall>();
  #functions: DeclaredFunctions;
  #closed = false;

  /** Every request in the order of arrival. */
  readonly requests: RecordedRequest[] = [];
  /** When something last arrived; `undefined` before that. */
  lastArrivalMillis: number | undefined;
  /** The most requests that it was working on at a time, given up by the runtime or not. */
  maxInFlight = 0;

  constructor(
    where: Listening,
    functions: DeclaredFunctions,
    clock: Clock,
    onActivity: () => void = () => undefined,
  ) {
    this.#functions = functions;
    this.#clock = clock;
    this.#onActivity = onActivity;
    this.#server = new RawHttpServer(where, this.#receive.bind(this), onActivity);
  }

  get server(): RawHttpServer {
    return this.#server;
  }

  /** The requests that wait at a gate or for their time. */
  get waiting(): readonly RecordedRequest[] {
    return this.requests.filter(({ answer }) => answer === undefined);
  }

  /** Listens, at the first time and after each {@link stop}. */
  start(): Promise<void> {
    return this.#server.start();
  }

  /** Goes away: closes the port and cuts the connections. */
  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** Goes away for good; what waits is never answered. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const stall of this.#stalls) stall.cancel();
    await this.#server.stop();
  }

  /** Opens a gate for ever. */
  release(gate: string): void {
    this.#gate(gate).open();
  }

  /** Declares other states from now on. */
  deploy(functions: DeclaredFunctions): void {
    this.#functions = functions;
  }

  #receive(request: RawRequest): void {
    const atMillis = this.#clock.now();
    this.lastArrivalMillis = atMillis;
    const { head, method, target, body: bytes, connection } = request;
    if (method !== "POST") {
      const answer = httpAnswer(new Uint8Array(0), { status: 405 });
      const address = `(${method} ${target})`;
      this.requests.push({
        address,
        atMillis,
        head,
        bytes,
        batch: undefined,
        scripted: undefined,
        answer,
        abandoned: false,
        request,
      });
      connection.answer(answer.written, answer.closes);
      return;
    }
    const batch = readBatch(bytes);
    const scripted = answerTo(batch, this.#functions, this.#carried);
    const { address } = batch;
    const recorded: RecordedRequest = {
      ...{ address, atMillis, head, bytes, batch, scripted, request },
      ...{ answer: undefined, abandoned: false },
    };
    this.requests.push(recorded);
    this.maxInFlight = Math.max(this.maxInFlight, this.waiting.length);
    this.#onActivity();
    void this.#waited(scripted).then(() => {
      this.#answer(recorded, scripted);
    });
  }

  #answer(recorded: RecordedRequest, { body, shape }: ScriptedAnswer): void {
    if (this.#closed) return;
    const { connection } = recorded.request;
    const answer = httpAnswer(body, shape);
    recorded.abandoned = connection.closed;
    recorded.answer = answer;
    connection.answer(answer.written, answer.closes);
    this.#onActivity();
  }

  async #waited({ holds, stallMillis }: ScriptedAnswer): Promise<void> {
    for (const hold of holds) await this.#gate(hold).passed;
    if (stallMillis > 0) await this.#stalled(stallMillis);
  }

  #stalled(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const stall = this.#clock.schedule(this.#clock.now() + millis, () => {
        this.#stalls.delete(stall);
        resolve();
      });
      this.#stalls.add(stall);
    });
  }

  #gate(name: string): Gate {
    let gate = this.#gates.get(name);
    if (gate === undefined) this.#gates.set(name, (gate = new Gate()));
    return gate;
  }
}

/** Holds what waits at it until it is opened, for ever. */
class Gate {
  open: () => void = () => undefined;
  readonly passed = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}
