import type { ServerResponse } from "node:http";
import type { Journal } from "../journal.js";
import { EventStream, type StreamQuery, type StreamTimes } from "./event-stream.js";
import { Problem } from "./problem.js";

/** Streams that are open at once: windows of a browser and tools of one developer, with room. */
const maxStreams = 64;

/** The streams of one server. */
export class EventStreams {
  readonly #times: StreamTimes;
  readonly #open = new Set<EventStream>();

  /** No streams yet; each will have these times. */
  constructor(times: StreamTimes) {
    this.#times = times;
  }

  /**
   * Answers with a stream of the journal's entries.
   *
   * @throws Problem 503 if too many are open
   */
  begin(response: ServerResponse, journal: Journal, query: StreamQuery): void {
    if (this.#open.size >= maxStreams) {
      const what = `${maxStreams.toString()} streams are open already`;
      throw new Problem(503, "too-many-streams", `${what}; close some`);
    }
    const stream = new EventStream(response, journal, query, this.#times);
    this.#open.add(stream);
    response.on("close", () => {
      this.#open.delete(stream);
    });
  }

  /** Ends all streams. */
  end(): void {
    for (const stream of this.#open) stream.end();
  }
}
