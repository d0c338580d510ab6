import { parseDuration } from "../../module/duration.js";
import { RuntimeError } from "../runtime-error.js";

/** Properties as a module file has them. */
export type RawProperties = Readonly<Record<string, unknown>>;

/** The properties of the asynchronous transport, with every default filled in. */
export interface AsyncProperties {
  readonly callMillis: number;
  readonly connectMillis: number;
  /** How old a connection gets; 0: as old as it likes. */
  readonly poolTtlMillis: number;
  readonly poolSize: number;
  readonly payloadMaxBytes: number;
}

/** The properties of the okhttp transport, with every default filled in. */
export interface OkhttpProperties {
  readonly callMillis: number;
  readonly connectMillis: number;
  readonly readMillis: number;
  readonly writeMillis: number;
}

/** The largest number that Java keeps in an int. */
const maxInt = 2 ** 31 - 1;

const asyncDefaults = {
  callMillis: 120_000,
  connectMillis: 20_000,
  poolTtlMillis: 15_000,
  poolSize: 1024,
  payloadMaxBytes: 32 * 1024 * 1024,
};

/** Defaults of what `timeouts` leaves out, in both transports. */
const timeoutDefaults = {
  callMillis: 60_000,
  connectMillis: 10_000,
  readMillis: 10_000,
  writeMillis: 10_000,
};

/**
 * Reads the properties of the asynchronous transport. `timeouts`, which the other transport has, overrides `call` and
 * `connect`, and has defaults of its own.
 *
 * @throws RuntimeError `invalid-transport` naming the property
 */
export function asyncProperties(properties: RawProperties): AsyncProperties {
  const timeouts = objectOf(properties, "timeouts");
  const times =
    timeouts === undefined
      ? {
          callMillis: time(properties, "call", "call") ?? asyncDefaults.callMillis,
          connectMillis: time(properties, "connect", "connect") ?? asyncDefaults.connectMillis,
        }
      : {
          callMillis: time(timeouts, "call", "timeouts.call") ?? timeoutDefaults.callMillis,
          connectMillis: time(timeouts, "connect", "timeouts.connect") ?? timeoutDefaults.connectMillis,
        };
  const poolSize = integer(properties, "pool_size", 1) ?? asyncDefaults.poolSize;
  return {
    ...times,
    poolTtlMillis: duration(properties, "pool_ttl", "pool_ttl") ?? asyncDefaults.poolTtlMillis,
    poolSize,
    payloadMaxBytes: integer(properties, "payload_max_bytes", 0) ?? asyncDefaults.payloadMaxBytes,
  };
}

/**
 * Reads the properties of the okhttp transport: `timeouts`, and nothing else.
 *
 * @throws RuntimeError `invalid-transport` naming the property
 */
export function okhttpProperties(properties: RawProperties): OkhttpProperties {
  const timeouts = objectOf(properties, "timeouts") ?? {};
  const callMillis = time(timeouts, "call", "timeouts.call") ?? timeoutDefaults.callMillis;
  const within = (key: "connect" | "read" | "write"): number => {
    const given = time(timeouts, key, `timeouts.${key}`);
    const millis = given ?? timeoutDefaults[`${key}Millis`];
    if (millis <= callMillis) return millis;
    const what = given === undefined ? `is ${String(millis)} ms by default` : `is ${String(millis)} ms`;
    throw invalid(
      `timeouts.${key}`,
      `${what}, longer than timeouts.call (${String(callMillis)} ms): set it to at most as long`,
    );
  };
  return {
    callMillis,
    connectMillis: within("connect"),
    readMillis: within("read"),
    writeMillis: within("write"),
  };
}

/**
 * A property that is text, such as the name of a file.
 *
 * @throws RuntimeError `invalid-transport` if it is something else
 */
export function textProperty(properties: RawProperties, key: string): string | undefined {
  const value = properties[key];
  if (isAbsent(value)) return undefined;
  if (typeof value === "string") return value;
  throw invalid(key, `${JSON.stringify(value)} is no text`);
}

/** The error of a property that makes no sense. */
export function invalid(key: string, what: string, cause?: unknown): RuntimeError {
  return new RuntimeError("invalid-transport", `the transport property ${key} ${what}`, { cause });
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function objectOf(properties: RawProperties, key: string): RawProperties | undefined {
  const value = properties[key];
  if (isAbsent(value)) return undefined;
  if (typeof value === "object" && !Array.isArray(value)) return value as RawProperties;
  throw invalid(key, `is ${JSON.stringify(value)}; write an object such as { call: 1min, connect: 10s }`);
}

/** A duration that may not be zero. */
function time(properties: RawProperties, key: string, name: string): number | undefined {
  const millis = duration(properties, key, name);
  if (millis === 0) throw invalid(name, "is 0 ms; it must be longer");
  return millis;
}

function duration(properties: RawProperties, key: string, name: string): number | undefined {
  const value = properties[key];
  if (isAbsent(value)) return undefined;
  if (typeof value !== "string" && typeof value !== "number") {
    throw invalid(name, `is ${JSON.stringify(value)}, which is no duration; write one such as 2min or 90 s`);
  }
  const parsed = parseDuration(String(value));
  if (typeof parsed === "string") {
    throw invalid(name, `is ${JSON.stringify(value)}, which is no duration: ${parsed}`);
  }
  return parsed;
}

function integer(properties: RawProperties, key: string, least: number): number | undefined {
  const value = properties[key];
  if (isAbsent(value)) return undefined;
  const number = typeof value === "string" && /^\s*[-+]?\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= least && number <= maxInt)
    return number;
  throw invalid(
    key,
    `is ${JSON.stringify(value)}; write a whole number from ${String(least)} to ${String(maxInt)}`,
  );
}
