import type { ServedRuntime } from "./served-runtime.js";

/** One server-sent event. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** A stream of events that is being read. */
export interface Events {
  /** Those that have arrived. */
  readonly seen: readonly ServerSentEvent[];
  /** Everything that has arrived, as it came. */
  readonly text: string;
  /** Whether the server has ended the stream. */
  readonly ended: boolean;
  /** Closes the connection. */
  leave(): void;
}

/** Reads a stream of the API in the background. */
export async function readEvents(
  served: ServedRuntime,
  path: string,
  headers: Record<string, string> = {},
): Promise<Events> {
  const abort = new AbortController();
  const response = await served.get(path, { headers, signal: abort.signal });
  if (response.body === null || !response.ok) throw new Error(`${path} answers ${await response.text()}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const seen: ServerSentEvent[] = [];
  const state = { text: "", ended: false };
  void (async () => {
    let rest = "";
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        state.text += part.value;
        const blocks = (rest + part.value).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) if (block.includes("data: ")) seen.push(eventOf(block));
      }
    } catch {
      // the test has left
    }
    state.ended = true;
  })();
  return {
    seen,
    get text() {
      return state.text;
    },
    get ended() {
      return state.ended;
    },
    leave: () => {
      abort.abort();
    },
  };
}

function eventOf(block: string): ServerSentEvent {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
  return { id: field("id"), event: field("event") ?? "message", data: field("data") ?? "" };
}
