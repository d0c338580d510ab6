import type { WireResponse } from "statefun/wire";
import type { RuntimeError } from "../../../../dev/runtime/runtime-error.js";
import type { CallOutcome } from "../../../../dev/runtime/transport/transport.js";

/** What became of one call, and a promise of it. */
export class RecordedOutcome implements CallOutcome {
  readonly reports: (WireResponse | RuntimeError)[] = [];
  #bytes: Uint8Array | undefined;
  #settle: () => void = () => undefined;
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  succeeded(response: WireResponse, bytes: Uint8Array): void {
    this.reports.push(response);
    this.#bytes = bytes;
    this.#settle();
  }

  failed(error: RuntimeError): void {
    this.reports.push(error);
    this.#settle();
  }

  /** The one response reported; throws what else was reported. */
  get response(): WireResponse {
    const [report] = this.reports;
    if (this.reports.length !== 1 || report === undefined) {
      throw new Error(`${String(this.reports.length)} outcomes`);
    }
    if (report instanceof Error) throw report;
    return report;
  }

  /** The bytes of the one response. */
  get bytes(): Uint8Array {
    if (this.#bytes === undefined) throw new Error("no response");
    return this.#bytes;
  }

  /** The one error reported; throws if it was a response. */
  get error(): RuntimeError {
    const [report] = this.reports;
    if (this.reports.length !== 1 || !(report instanceof Error))
      throw new Error("no error, or more than one");
    return report;
  }
}
