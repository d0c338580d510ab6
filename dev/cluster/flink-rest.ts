import { ClusterError } from "./cluster-error.js";

/** A request that hangs longer is asked again. */
const requestLimitMillis = 30_000;

export interface JobSummary {
  readonly jid: string;
  readonly name: string;
  readonly state: string;
}

interface Worker {
  readonly id: string;
  readonly slotsNumber: number;
}

interface JobDetails {
  readonly state: string;
  readonly vertices: readonly { readonly status: string }[];
}

interface Checkpoint {
  readonly id: number;
  readonly status: string;
  readonly trigger_timestamp: number;
}

interface Checkpoints {
  readonly latest: { readonly completed: Checkpoint | null };
}

interface Exceptions {
  readonly exceptionHistory: { readonly entries: readonly { readonly stacktrace: string }[] };
}

interface SavepointStatus {
  readonly status: { readonly id: "IN_PROGRESS" | "COMPLETED" };
  readonly operation?: {
    readonly location?: string;
    readonly "failure-cause"?: { readonly "stack-trace": string };
  };
}

/**
 * The part of Flink's REST interface we use. Questions yield `undefined` while there is no answer, because nobody
 * listens yet or Flink does not know the thing yet; orders throw.
 */
export class FlinkRest {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async workers(): Promise<readonly Worker[] | undefined> {
    return (await this.#ask<{ readonly taskmanagers: readonly Worker[] }>("/taskmanagers"))?.taskmanagers;
  }

  async jobs(): Promise<readonly JobSummary[] | undefined> {
    return (await this.#ask<{ readonly jobs: readonly JobSummary[] }>("/jobs/overview"))?.jobs;
  }

  job(id: string): Promise<JobDetails | undefined> {
    return this.#ask(`/jobs/${id}`);
  }

  checkpoints(id: string): Promise<Checkpoints | undefined> {
    return this.#ask(`/jobs/${id}/checkpoints`);
  }

  /** The stack trace of the failure that came last. */
  async lastFailure(id: string): Promise<string | undefined> {
    const exceptions = await this.#ask<Exceptions>(`/jobs/${id}/exceptions`);
    return exceptions?.exceptionHistory.entries[0]?.stacktrace;
  }

  /** How often the whole job has been started again since it was submitted. */
  async restarts(id: string): Promise<number | undefined> {
    const metrics = await this.#ask<readonly { readonly value: string }[]>(
      `/jobs/${id}/metrics?get=numRestarts`,
    );
    const value = metrics?.[0]?.value;
    return value === undefined ? undefined : Number(value);
  }

  async cancel(id: string): Promise<void> {
    await this.#order("PATCH", `/jobs/${id}?mode=cancel`);
  }

  /** Returns the id under which the savepoint's progress is asked for. */
  async triggerSavepoint(
    id: string,
    options: { readonly directory: string; readonly cancel: boolean },
  ): Promise<string> {
    const body = { "target-directory": options.directory, "cancel-job": options.cancel };
    const answer = await this.#order("POST", `/jobs/${id}/savepoints`, body);
    return (answer as { readonly "request-id": string })["request-id"];
  }

  savepoint(id: string, request: string): Promise<SavepointStatus | undefined> {
    return this.#ask(`/jobs/${id}/savepoints/${request}`);
  }

  async #ask<T>(path: string): Promise<T | undefined> {
    try {
      const response = await fetch(this.#url + path, { signal: AbortSignal.timeout(requestLimitMillis) });
      return response.ok ? ((await response.json()) as T) : undefined;
    } catch {
      return undefined;
    }
  }

  async #order(method: string, path: string, body?: object): Promise<unknown> {
    let status = "no answer";
    let text: string;
    try {
      const response = await fetch(this.#url + path, {
        method,
        signal: AbortSignal.timeout(requestLimitMillis),
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      text = await response.text();
      if (response.ok) return text === "" ? {} : JSON.parse(text);
      status = `status ${String(response.status)}`;
    } catch (error) {
      text = String(error);
    }
    throw new ClusterError(
      "job-failed",
      `Flink refused ${method} ${path} (${status}): ${text.slice(0, 2000)}`,
    );
  }
}
