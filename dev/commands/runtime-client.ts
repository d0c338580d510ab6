import { Option, type Command } from "commander";
import type { ProblemJson } from "../runtime/api/schemas.js";
import { defaultApiPort } from "./default-ports.js";
import { defaultDataFolder, memoryFolder, readRuntimeRecord } from "./runtime-record.js";
import { UsageError } from "./usage-error.js";

/** Which runtime a command means. */
export interface RuntimeOptions {
  readonly data?: string;
  readonly url?: string;
  readonly token?: string;
}

/** Adds the options that say which runtime is meant. */
export function withRuntimeOptions(command: Command): Command {
  return command
    .option(
      "-d, --data <folder>",
      `the data folder of a runtime that runs here (default: ${defaultDataFolder})`,
    )
    .addOption(new Option("--url <url>", "the JSON API of a runtime anywhere").env("STATEFUN_URL"))
    .addOption(new Option("--token <token>", "what its API wants to be shown").env("STATEFUN_TOKEN"));
}

/** What a runtime refused, or why it cannot be reached. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status; `undefined` if there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** Values of a query; those that are `undefined` are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** How a {@link RuntimeClient} asks. */
export interface Asking {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The JSON API of one runtime. */
export class RuntimeClient {
  /** The typenames that each function accepts, as far as they are known here. */
  readonly accepts: Readonly<Record<string, readonly string[]>>;
  readonly #url: string;
  readonly #token: string | undefined;

  /** Asks nothing yet. */
  constructor(
    url: string,
    token: string | undefined,
    accepts: Readonly<Record<string, readonly string[]>> = {},
  ) {
    this.accepts = accepts;
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  /**
   * The answer to a request, decoded; `undefined` if it has no body.
   *
   * @throws ApiError if the runtime refuses or cannot be reached
   */
  async json(path: string, asking: Asking = {}): Promise<unknown> {
    const text = await (await this.ask(path, asking)).text();
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  }

  /**
   * The answer to a request.
   *
   * @throws ApiError if the runtime refuses or cannot be reached
   */
  async ask(
    path: string,
    { method = "GET", query = {}, body, headers, signal }: Asking = {},
  ): Promise<Response> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) parameters.set(name, String(value));
    }
    const search = parameters.toString();
    const url = `${this.#url}${path}${search === "" ? "" : `?${search}`}`;
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: {
          ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ApiError(
        `no runtime answers at ${this.#url}: start one with "statefun dev", or say where it is with --data or --url`,
        undefined,
        error,
      );
    }
    if (response.ok) return response;
    throw new ApiError(await problemText(response), response.status);
  }
}

async function problemText(response: Response): Promise<string> {
  const text = await response.text();
  if (response.status === 401) {
    return "the runtime wants a token: give it with --token, or in STATEFUN_TOKEN";
  }
  try {
    const { code, detail } = JSON.parse(text) as Partial<ProblemJson>;
    if (detail !== undefined) return code === undefined ? detail : `[${code}] ${detail}`;
  } catch {
    // Not from the runtime: shown as it is.
  }
  return `the answer was ${String(response.status)}: ${text.slice(0, 200)}`;
}

/**
 * The runtime that the options mean: at the URL, or of the data folder, or at the port where runtimes listen unless
 * told otherwise.
 *
 * @throws UsageError if both are given
 * @throws ApiError if none runs on the data folder
 */
export function runtimeClient({ data, url, token }: RuntimeOptions): RuntimeClient {
  if (data !== undefined && url !== undefined) {
    throw new UsageError("--data and --url both say which runtime is meant: leave one out");
  }
  if (url !== undefined) return new RuntimeClient(url, token);
  const record =
    data === undefined
      ? (readRuntimeRecord(defaultDataFolder) ?? readRuntimeRecord(memoryFolder))
      : readRuntimeRecord(data);
  if (record !== undefined) return new RuntimeClient(record.url, token ?? record.token, record.accepts);
  if (data === undefined) return new RuntimeClient(`http://127.0.0.1:${String(defaultApiPort)}`, token);
  throw new ApiError(
    `no runtime runs on the data folder ${data}: start one with "statefun dev --data ${data}"`,
  );
}
