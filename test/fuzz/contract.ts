import { egress, functionType, jsonType, kafkaEgress, kinesisEgress, types, valueSpec } from "statefun";

// What the functions under fuzzing accept and keep, and where they send to.

/** Any JSON. */
export const Note = jsonType("fuzz/note");

/** Counts: one state, handlers that return nothing. */
export const Tally = functionType("fuzz/tally", [types.int, types.string]);

/** Sends: no state, every kind of effect, asynchronous handlers, and an `otherwise`. */
export const Relay = functionType("fuzz/relay", [types.string, types.boolean]);

/** Keeps: one state of each primitive type, with expirations. */
export const Keeper = functionType("fuzz/keeper", [
  types.boolean,
  types.int,
  types.long,
  types.float,
  types.double,
  types.string,
  types.bytes,
]);

/** Keeps JSON. */
export const Notes = functionType("fuzz/notes", [Note]);

/** Fails, in the way that the first letter of the message says. */
export const Trouble = functionType("fuzz/trouble", [types.string]);

/** Where effects go that nobody under test receives. */
export const Sink = functionType("fuzz/sink", [...Keeper.accepts, Note]);

export const Records = kafkaEgress("fuzz/records");
export const Streams = kinesisEgress("fuzz/streams");
export const Log = egress("fuzz/log", [types.string]);

export const tallyStorage = { seen: types.int };

export const keeperStorage = {
  flag: types.boolean,
  whole: valueSpec(types.int, { expireAfterWrite: { seconds: 2 } }),
  big: valueSpec(types.long, { expireAfterCall: { hours: 1_000_000 } }),
  small: types.float,
  ratio: valueSpec(types.double, { expireAfterWrite: { milliseconds: 1 } }),
  text: types.string,
  raw: types.bytes,
};

export const notesStorage = { latest: Note };
