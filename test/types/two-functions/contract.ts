import { functionType, types } from "statefun";

/** Two functions that send each other numbers. */
export const Ping = functionType("table/ping", [types.int]);
export const Pong = functionType("table/pong", [types.int]);
