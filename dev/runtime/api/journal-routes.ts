import { z } from "zod";
import type { Journal } from "../journal.js";
import type { JournalEntry } from "../journal-entry.js";
import { quoted } from "../quoted.js";
import type { EventStreams } from "./event-streams.js";
import { entryId, entryJson, entryNumber } from "./journal-json.js";
import { entryKinds, journalEntrySchema, journalPartSchema } from "./journal-schemas.js";
import {
  limitParameter,
  maxValueBytes,
  optionalAddress,
  typenameParameter,
  valueBytesParameter,
} from "./parameters.js";
import { Problem } from "./problem.js";
import { route, streamRoute, type Route } from "./route.js";

const kindsParameter = z
  .string()
  .transform((text) => text.split(","))
  .pipe(z.array(z.enum(entryKinds)).transform((kinds): ReadonlySet<JournalEntry["kind"]> => new Set(kinds)))
  .optional()
  .meta({
    type: "string",
    description: `Only entries of these kinds, separated by commas: ${entryKinds.join(", ")}.`,
  });

const filterParameters = {
  typename: typenameParameter.optional(),
  id: z
    .string()
    .optional()
    .describe("With typename: only what tells of this address, what was sent to it included."),
  kinds: kindsParameter,
  maxValueBytes: valueBytesParameter,
};

/**
 * The number of the entry that a reader has seen last.
 *
 * @throws Problem 400 if it is not the id of an entry
 */
function numberOf(journal: Journal, id: string): number {
  const number = id === "0" ? 0 : entryNumber(journal.run, id);
  if (number !== undefined) return Math.min(number, journal.last);
  throw new Problem(
    400,
    "invalid-argument",
    `${quoted(id)} is not the id of an entry; give back an id that the journal gave, or 0 for the beginning`,
  );
}

const readJournal = route({
  method: "GET",
  path: "/api/v1/journal",
  operation: "readJournal",
  summary: "What happened of late: the newest entries, or those behind `after`; with an address, its trace",
  query: z.strictObject({
    after: z
      .string()
      .optional()
      .describe(
        "The id of an entry: the oldest entries behind it. Without it, the newest; `0` is the beginning.",
      ),
    limit: limitParameter,
    ...filterParameters,
  }),
  answer: journalPartSchema,
  handle({ runtime: { journal }, query }) {
    const { after, limit, kinds, maxValueBytes } = query;
    const part = journal.read({
      after: after === undefined ? 0 : numberOf(journal, after),
      newest: after === undefined,
      limit,
      kinds,
      address: optionalAddress(query),
    });
    return {
      entries: part.entries.map((stored) => entryJson(journal.run, stored, maxValueBytes)),
      last: entryId(journal.run, part.last),
      missed: part.missed,
    };
  },
});

const readEntry = route({
  method: "GET",
  path: "/api/v1/journal/entry",
  operation: "readJournalEntry",
  summary: "One entry of the journal, its values in full as far as maxValueBytes allows",
  query: z.strictObject({
    entry: z.string().describe("The id of the entry."),
    maxValueBytes: valueBytesParameter.unwrap().default(maxValueBytes),
  }),
  answer: journalEntrySchema,
  problems: { 404: "The journal does not have the entry any more." },
  handle({ runtime: { journal }, query: { entry, maxValueBytes } }) {
    const stored = journal.entry(numberOf(journal, entry));
    if (stored !== undefined) return entryJson(journal.run, stored, maxValueBytes);
    const what = `the journal does not have entry ${quoted(entry)}`;
    throw new Problem(404, "unknown-entry", `${what}: it keeps the newest ones only; see /api/v1/journal`);
  },
});

function streamJournal(streams: EventStreams): Route {
  return streamRoute({
    method: "GET",
    path: "/api/v1/journal/stream",
    operation: "streamJournal",
    summary:
      "What happens, as server-sent events: `entry` with a JournalEntry, `missed` with the number of entries that were dropped before they could be sent, `dropped` before a reader that reads nothing is let go",
    query: z.strictObject({
      after: z
        .string()
        .optional()
        .describe(
          "The id of an entry: begins behind it. Without it, with what happens next; `0` is the beginning.",
        ),
      ...filterParameters,
    }),
    headers: { "last-event-id": "The id of the last event; goes on behind it. Counts more than `after`." },
    mediaType: "text/event-stream",
    stream({ runtime: { journal }, query, headers }, response) {
      const last = headers["last-event-id"];
      const after = typeof last === "string" && last !== "" ? last : query.after;
      streams.begin(response, journal, {
        after: after === undefined ? journal.last : numberOf(journal, after),
        address: optionalAddress(query),
        kinds: query.kinds,
        maxValueBytes: query.maxValueBytes,
      });
    },
  });
}

/** What concerns the journal. */
export function journalRoutes(streams: EventStreams): readonly Route[] {
  return [readJournal, readEntry, streamJournal(streams)];
}
