import type { ServerResponse } from "node:http";
import { sendJson, sendProblem } from "../http/http-answer.js";
import { percentDecoded, type RequestTarget } from "../http/request-path.js";
import { quoted } from "../quoted.js";
import type { RecordQuery, RecordedEgress } from "./recorded.js";

/** The egresses whose records can be read over HTTP. */
export interface ReadableEgresses {
  /** Their ids. */
  ids(): readonly string[];
  /** The egress of this id, if it is one of them. */
  find(id: string): Pick<RecordedEgress, "read" | "next"> | undefined;
}

/** What every path of a reading begins with. */
const prefix = "/egress/";

/** The longest that a reader may wait: proxies and clients cut off what takes much longer. */
const longestWaitMillis = 60_000;

/** The most records of one answer. */
const mostRecords = 10_000;

const unitMillis: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** A parameter that makes no sense; the message says which, and what would. */
class BadParameter extends Error {}

interface Reading {
  readonly query: RecordQuery;
  readonly waitMillis: number;
}

/**
 * Answers `GET /egress/<namespace>/<name>`: the records that are kept, oldest first, as JSON.
 *
 * `wait=10s` waits for the first one if there is none; `after=<sequence>` leaves out what the reader has had; `topic`,
 * `key` and `limit` narrow it down.
 *
 * @returns false if the path is none of an egress, and nothing was answered
 */
export function answerReading(
  egresses: ReadableEgresses,
  response: ServerResponse,
  { path, query }: RequestTarget,
): boolean {
  if (!path.startsWith(prefix)) return false;
  const id = percentDecoded(path.slice(prefix.length));
  const egress = id === undefined ? undefined : egresses.find(id);
  if (id === undefined || egress === undefined) {
    const ids = egresses.ids();
    sendProblem(response, {
      status: 404,
      detail: `there is no egress ${quoted(id ?? path)} to read: ${ids.length === 0 ? "there is none so far; one is there from its first record on" : `there are ${ids.join(", ")}`}`,
      members: { egresses: ids },
    });
    return true;
  }
  let reading: Reading;
  try {
    reading = readingOf(new URLSearchParams(query));
  } catch (error) {
    if (!(error instanceof BadParameter)) throw error;
    sendProblem(response, { status: 400, detail: error.message });
    return true;
  }
  const gone = new AbortController();
  response.once("close", () => {
    gone.abort();
  });
  void egress.next(reading.query, { waitMillis: reading.waitMillis, signal: gone.signal }).then((found) => {
    if (!response.destroyed) sendJson(response, 200, { egress: id, ...found });
  });
  return true;
}

const parameterNames = ["wait", "after", "limit", "topic", "key"];

function readingOf(parameters: URLSearchParams): Reading {
  for (const name of parameters.keys()) {
    if (parameterNames.includes(name)) continue;
    throw new BadParameter(`there is no parameter ${quoted(name)}: there are ${parameterNames.join(", ")}`);
  }
  return {
    query: {
      after: wholeOf("after", parameters.get("after"), Number.MAX_SAFE_INTEGER),
      limit: wholeOf("limit", parameters.get("limit"), mostRecords),
      topic: parameters.get("topic") ?? undefined,
      key: parameters.get("key") ?? undefined,
    },
    waitMillis: waitOf(parameters.get("wait")),
  };
}

function waitOf(text: string | null): number {
  if (text === null) return 0;
  const match = /^(\d{1,9})(ms|s|m)?$/.exec(text);
  if (match === null) throw new BadParameter(`wait is ${quoted(text)}: write 500ms, 10s or 1m`);
  const [, digits, unit = "ms"] = match;
  return Math.min(Number(digits) * (unitMillis[unit] as number), longestWaitMillis);
}

function wholeOf(name: string, text: string | null, most: number): number | undefined {
  if (text === null) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number <= most) return number;
  throw new BadParameter(`${name} is ${quoted(text)}: write a whole number up to ${String(most)}`);
}
