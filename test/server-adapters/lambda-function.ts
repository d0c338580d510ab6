import type { RequestReplyHandler, StateFunError } from "statefun";
import { serve, type LambdaEvent, type LambdaResult } from "statefun/lambda";
import type { Authorize } from "statefun/authorize";
import { recordingHandler } from "../support/recording-handler.js";
import { conformanceFunction } from "./conformance-functions.js";
import { lambdaEvent, type FrontShape } from "./lambda-events.js";
import { Log } from "./log.js";
import { hi } from "./requests.js";

/** What one event led to. */
export interface Handled {
  readonly result: LambdaResult;
  /** The result's body as its reader gets it. */
  readonly body: Buffer;
  readonly reports: readonly StateFunError[];
  /** The messages that the function has run on. */
  readonly ran: readonly string[];
}

/** How an event is handled. */
export interface Handling {
  readonly maxRequestBytes?: number;
  readonly authorize?: Authorize;
  /** Answers every batch with its own bytes, instead of running the conformance function. */
  readonly echo?: true;
}

/** Hands one event to the conformance function, as Lambda does: an object of JSON, whatever it holds. */
export async function handled(event: unknown, handling: Handling = {}): Promise<Handled> {
  const { authorize, echo, ...options } = handling;
  const log = new Log();
  const recording = recordingHandler([conformanceFunction(log)], options);
  const functions: RequestReplyHandler = echo ? { ...recording, handle: (bytes) => bytes } : recording;
  const given = event === undefined ? undefined : (JSON.parse(JSON.stringify(event)) as unknown);
  const result = await serve(functions, { authorize })(given as LambdaEvent);
  return {
    result,
    body: Buffer.from(result.body, "base64"),
    reports: recording.reports.map(({ error }) => error),
    ran: log.of("ran"),
  };
}

/** What differs from the event of a batch. */
export interface EventOptions {
  readonly method?: string;
  readonly url?: string;
  /** Names and values in turn, as they were sent. */
  readonly headers?: readonly string[];
  readonly body?: Buffer;
  /** Fields that replace those of the event. */
  readonly with?: object;
}

/** The event of a batch behind a front, or of something like it. */
export function eventOf(shape: FrontShape, options: EventOptions = {}): object {
  const { method = "POST", url = "/statefun", headers = [], body = hi } = options;
  const rawHeaders = ["Content-Type", "application/octet-stream", ...headers];
  return { ...lambdaEvent(shape, { method, url, rawHeaders }, body), ...options.with };
}
