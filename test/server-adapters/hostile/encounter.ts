import { exchange, type RawClient, type RawResponse } from "../raw-client.js";
import { hi } from "../requests.js";
import type { HostileServer } from "./hostile-server.js";

/** What one hostile client does, and everything that comes of it. */
export interface HostileCase {
  /** Completes "a client that …". */
  readonly does: string;
  /** The bytes it sends, or what else it does; that yields the responses that it read. */
  readonly sends: Bytes | ((client: RawClient) => Promise<readonly RawResponse[]>);
  /** The statuses it gets, in order. */
  readonly answers: readonly number[];
  /** Whether the connection serves the next batch, or the server has ended it. */
  readonly connection: "kept" | "closed";
  /** The codes given to `onError`. */
  readonly reports: readonly string[];
}

type Bytes = readonly (string | Uint8Array)[];

/** What came of a hostile client, in the words of {@link HostileCase}. */
export interface Outcome {
  readonly answers: readonly number[];
  readonly connection: string;
  readonly reports: readonly string[];
  /** Headers of the answers that no answer has. */
  readonly strayHeaders: readonly string[];
  /** Messages of reports that are longer than a log can bear. */
  readonly longMessages: readonly string[];
  /** The status of the next well-formed batch, on a connection of its own. */
  readonly next: number;
}

/** Every header that an answer may have. */
const knownHeaders = new Set([
  "content-type",
  "content-length",
  "connection",
  "keep-alive",
  "date",
  "allow",
  "transfer-encoding", // of what node:http answers by itself
]);

/** Two cuts of 200 characters, escaped, and the words around them. */
const longestMessage = 1500;

/** Lets one hostile client meet the server, and tells everything that came of it. */
export async function encounter(
  server: HostileServer,
  { sends, answers, connection }: HostileCase,
): Promise<Outcome> {
  const client = await server.connect();
  const got: RawResponse[] = [];
  if (typeof sends === "function") got.push(...(await sends(client)));
  else void client.send(...sends);

  let end: string;
  if (connection === "kept") {
    while (got.length < answers.length) got.push(await client.response());
    end = (await exchange(client, hi)).status === 200 ? "kept" : "useless";
    await client.hangUp();
  } else {
    const error = await client.closed();
    got.push(...(await allResponses(client)));
    end = error === undefined ? "closed" : `closed by ${error}`;
  }
  const next = await server.wellFormedBatch();
  const reports = await server.settled();
  return {
    answers: got.map(({ status }) => status),
    connection: end,
    reports: reports.map(({ code }) => code),
    strayHeaders: got.flatMap(({ headers }) =>
      headers.map(([name]) => name).filter((name) => !knownHeaders.has(name)),
    ),
    longMessages: reports.map(({ message }) => message).filter(({ length }) => length > longestMessage),
    next: next.status,
  };
}

/** What a case leads to where all is well: what it says, and nothing else. */
export function expected({ answers, connection, reports }: HostileCase): Outcome {
  return { answers, connection, reports, strayHeaders: [], longMessages: [], next: 200 };
}

/** The responses of a connection that has ended. */
export async function allResponses(client: RawClient): Promise<RawResponse[]> {
  const responses: RawResponse[] = [];
  while (client.unread.startsWith("HTTP/1.1 ")) {
    try {
      responses.push(await client.response());
    } catch {
      break; // cut off
    }
  }
  return responses;
}
