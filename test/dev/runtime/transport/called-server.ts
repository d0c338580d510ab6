import type { WireResponse } from "statefun/wire";
import type { FunctionAddress } from "../../../../dev/runtime/address.js";
import { endpointFromSpec } from "../../../../dev/runtime/transport/endpoint-from-spec.js";
import type { AttemptListener, Call, Transport } from "../../../../dev/runtime/transport/transport.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import { RecordedOutcome } from "./outcomes.js";
import { ScriptedServer, type Reply } from "./scripted-server.js";

/** The address that tests call. */
export const address: FunctionAddress = { namespace: "example", name: "a", id: "k" };

/** What tests send: any bytes, as the server does not look. */
export const request = Uint8Array.from([1, 2, 3, 4, 5]);

/** A response without effects. */
export const emptyResult: WireResponse = {
  kind: "result",
  mutations: [],
  messages: [],
  delayed: [],
  egresses: [],
};

/** How a {@link CalledServer} is called. */
export interface Called {
  readonly type: "async" | "okhttp";
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly path?: string;
  readonly random?: () => number;
}

/** A scripted server, and a transport that calls it on a virtual clock. */
export class CalledServer implements AttemptListener {
  readonly clock = virtualClock(1_000_000);
  readonly server: ScriptedServer;
  /** When each attempt ended, from the start of the clock, and why it failed. */
  readonly attempts: { readonly atMillis: number; readonly failure: string | undefined }[] = [];
  readonly #called: Called;
  readonly #waiting = new Set<() => void>();
  #transport: Transport | undefined;

  constructor(replies: readonly Reply[], called: Called) {
    this.server = new ScriptedServer(replies);
    this.#called = called;
  }

  attempted(_: FunctionAddress, __: number, failure: string | undefined): void {
    this.attempts.push({ atMillis: this.clock.now() - 1_000_000, failure });
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const go of waiting) go();
  }

  async listen(): Promise<this> {
    await this.server.listen();
    this.#transport = this.transportTo(`http://${this.server.host}`);
    return this;
  }

  /** A transport to another origin, with the same settings. */
  transportTo(origin: string, addressMap?: ReadonlyMap<string, string>): Transport {
    const { type, properties = {}, path = "/statefun", random } = this.#called;
    const functions = { namespace: "example", name: undefined };
    return endpointFromSpec(
      {
        functions,
        urlPathTemplate: origin + path,
        maxNumBatchRequests: 1000,
        transport: { type, properties },
      },
      { clock: this.clock, listener: this, random, addressMap },
    ).transportFor(address);
  }

  /** Calls once, without waiting for what becomes of it. */
  begin(
    outcome = new RecordedOutcome(),
    body = request,
  ): { readonly outcome: RecordedOutcome; readonly call: Call } {
    if (this.#transport === undefined) throw new Error("call listen() first");
    return { outcome, call: this.#transport.call(address, body, outcome) };
  }

  /** Calls once and waits for what becomes of it, while the clock stands. */
  async call(): Promise<RecordedOutcome> {
    const { outcome } = this.begin();
    await outcome.settled;
    return outcome;
  }

  /** Waits until so many attempts have ended. */
  async ended(attempts: number): Promise<void> {
    while (this.attempts.length < attempts) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** Moves the clock to so many milliseconds after its start. */
  async at(millis: number): Promise<void> {
    await this.clock.advanceTo(1_000_000 + millis);
  }

  /** Moves the clock from one wait between attempts to the next, until all these attempts have ended at these times. */
  async attemptsAt(times: readonly number[]): Promise<void> {
    for (const [index, time] of times.entries()) {
      await this.at(time);
      await this.ended(index + 1);
    }
  }

  /** Closes the transport first, as a runtime does. */
  async close(): Promise<void> {
    await this.#transport?.close();
    await this.server.close();
  }
}
