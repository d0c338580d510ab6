import type { EntryJson } from "../runtime/api/journal-schemas.js";
import type { Query, RuntimeClient } from "./runtime-client.js";

/** How an event of the stream begins a line, and what is behind it. */
const field = /^(\w+): ?(.*)$/;

/**
 * Follows the journal of a runtime: every entry that tells something of what `query` is for, as it happens.
 *
 * @param after - the id of the entry behind which to begin; with what happens next without it
 * @throws ApiError if the runtime refuses, or has ended
 */
export async function* followJournal(
  client: RuntimeClient,
  query: Query,
  after: string | undefined,
): AsyncGenerator<EntryJson> {
  const response = await client.ask("/api/v1/journal/stream", { query: { ...query, after } });
  let event = "";
  let data = "";
  for await (const line of linesOf(response)) {
    const [, name = "", value = ""] = field.exec(line) ?? [];
    if (name === "event") event = value;
    else if (name === "data") data += value;
    else if (line === "") {
      if (event === "entry") yield JSON.parse(data) as EntryJson;
      event = data = "";
    }
  }
}

/** The lines of a body as they arrive. */
async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
