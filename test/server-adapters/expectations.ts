import { expect } from "@jest/globals";
import type { StateFunErrorCode } from "statefun";
import { statusTable } from "../../server-adapters/answer.js";
import type { RawResponse } from "./raw-client.js";
import { noEffects } from "./requests.js";

// What Node and Express add of their own. Everything else would be ours.
const hostHeaders = ["date", "connection", "keep-alive", "x-powered-by"];

/** The response is a success, and has no header beyond those that it needs. */
export function expectSuccess(response: RawResponse, body: Uint8Array = noEffects): void {
  expect(response.status).toBe(200);
  expect(ownHeaders(response)).toEqual([
    ["content-length", String(body.length)],
    ["content-type", "application/octet-stream"],
  ]);
  expect(response.body).toEqual(Buffer.from(body));
}

/** The response is the failure that the status table has for `code`, and tells nothing else. */
export function expectFailure(response: RawResponse, code: StateFunErrorCode): void {
  const { status, sentence, headers = {} } = statusTable[code];

  expect(response.status).toBe(status);
  expect(ownHeaders(response)).toEqual(
    sorted([
      ["content-type", "text/plain; charset=utf-8"],
      ["content-length", String(sentence.length + 1)],
      ...Object.entries(headers),
    ]),
  );
  expect(response.body.toString()).toBe(`${sentence}\n`);
}

/** In the order of their names: some hosts sort them. */
function ownHeaders(response: RawResponse): RawResponse["headers"] {
  return sorted(response.headers.filter(([name]) => !hostHeaders.includes(name)));
}

function sorted(headers: RawResponse["headers"]): RawResponse["headers"] {
  return [...headers].sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
}
