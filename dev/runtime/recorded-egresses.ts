import type { ReadableEgresses } from "./egress/http-reading.js";
import type { RecordedEgress } from "./egress/recorded.js";
import { recordedEgress } from "./egress/recorded.js";

/** Stands in for egresses that no module describes: each is there from its first record on, and keeps its records. */
export class RecordedEgresses implements ReadableEgresses {
  readonly #egresses = new Map<string, RecordedEgress>();

  /** The egress of that id; made if there is none. */
  standIn(id: string): RecordedEgress {
    let egress = this.#egresses.get(id);
    if (egress === undefined) this.#egresses.set(id, (egress = recordedEgress(id)));
    return egress;
  }

  ids(): readonly string[] {
    return [...this.#egresses.keys()];
  }

  find(id: string): RecordedEgress | undefined {
    return this.#egresses.get(id);
  }
}
