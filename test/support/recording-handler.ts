import type { AnyStatefulFunction, FailureSite, RequestReplyHandler, RequestReplyOptions } from "statefun";
import { requestReplyHandler, StateFunError } from "statefun";

/** What was reported to `onError`, in order. */
export interface Report {
  readonly error: StateFunError;
  readonly site: FailureSite;
}

/** A request-reply handler that keeps its reports. */
export interface RecordingHandler extends RequestReplyHandler {
  readonly reports: readonly Report[];
  /** Runs one batch; a synchronous answer becomes a promise too, and a failure always a rejection. */
  answer(request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  /** Runs a batch that fails, and returns what it failed with. */
  failure(request: Uint8Array, signal?: AbortSignal): Promise<StateFunError>;
}

/** Serves functions, keeping what they report instead of printing it. */
export function recordingHandler(
  functions: readonly AnyStatefulFunction[],
  options: Omit<RequestReplyOptions, "onError"> = {},
): RecordingHandler {
  const reports: Report[] = [];
  const handler = requestReplyHandler(functions, {
    ...options,
    onError: (error, site) => reports.push({ error, site }),
  });
  const answer = async (request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> =>
    handler.handle(request, { signal });
  return {
    functions: handler.functions,
    maxRequestBytes: handler.maxRequestBytes,
    handle: (request, given) => handler.handle(request, given),
    report: (error, site) => {
      handler.report(error, site);
    },
    reports,
    answer,
    failure: async (request, signal) =>
      answer(request, signal).then(
        () => {
          throw new Error("the batch was answered, and should have failed");
        },
        (error: unknown) => {
          if (error instanceof StateFunError) return error;
          throw new Error("the batch failed with something that is not a StateFunError", { cause: error });
        },
      ),
  };
}
