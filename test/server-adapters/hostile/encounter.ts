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

/** What one client saw. */
type Seen = Pick<Outcome, "answers" | "connection" | "strayHeaders">;

async function meeting(server: HostileServer, { sends, answers, connection }: HostileCase): Promise<Seen> {
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
  return {
    answers: got.map(({ status }) => status),
    connection: end,
    strayHeaders: got.flatMap(({ headers }) =>
      headers.map(([name]) => name).filter((name) => !knownHeaders.has(name)),
    ),
  };
}

/** Lets one hostile client meet the server, and tells everything that came of it. */
export async function encounter(server: HostileServer, hostile: HostileCase): Promise<Outcome> {
  const [outcome] = (await encounters(server, [hostile])) as [Outcome];
  return outcome;
}

/** The same for several clients at a time. Whom a report is about cannot be told: each gets those of its kind. */
export async function encounters(
  server: HostileServer,
  cases: readonly HostileCase[],
): Promise<readonly Outcome[]> {
  const seen = await Promise.all(cases.map((hostile) => meeting(server, hostile)));
  const next = await server.wellFormedBatch();
  const reports = await server.settled();
  const codes = reports.map(({ code }) => code);
  const longMessages = reports.map(({ message }) => message).filter(({ length }) => length > longestMessage);
  return seen.map((one, index) => {
    const due = cases[index]?.reports ?? [];
    const own = due.flatMap((code) => (codes.includes(code) ? codes.splice(codes.indexOf(code), 1) : []));
    // What nobody was to cause is told with the last one.
    const stray = index === seen.length - 1 ? codes.splice(0) : [];
    return { ...one, reports: [...own, ...stray], longMessages, next: next.status };
  });
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
