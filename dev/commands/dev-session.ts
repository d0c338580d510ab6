import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ReadModule } from "../module/read-module.js";
import type { ApiServer } from "../runtime/api.js";
import type { HttpIngress } from "../runtime/ingress/http.js";
import type { Ingress } from "../runtime/ingress/ingress.js";
import type { JournalEntry } from "../runtime/journal-entry.js";
import { RecordedEgresses } from "../runtime/recorded-egresses.js";
import { startRuntime, type RunningRuntime } from "../runtime/start-runtime.js";
import type { Store } from "../runtime/store/store.js";
import { defaultApiPort, defaultHttpPort } from "./default-ports.js";
import { destinationEgresses, type Destinations } from "./destinations.js";
import type { DevFunctions } from "./dev-functions.js";
import { preferredPort } from "./preferred-port.js";
import { removeRuntimeRecord, writeRuntimeRecord } from "./runtime-record.js";

/** What a session runs. */
export interface SessionPlan {
  /** The module, if a file was named. */
  readonly read: ReadModule | undefined;
  readonly functions: DevFunctions;
  /** The folder of the store; without it everything is in memory. */
  readonly dataFolder: string | undefined;
  /** What is in memory, if it is to outlive the session. */
  readonly memory?: Store | undefined;
  /** Where other commands find the session. */
  readonly recordFolder: string;
  readonly sync: boolean;
  readonly host: string;
  /** The port for HTTP messages; the usual one, or a free one, if it is left out. */
  readonly port: number | undefined;
  /** As {@link port}, for the API. */
  readonly apiPort: number | undefined;
  readonly token: string | undefined;
  readonly addressMap: ReadonlyMap<string, string>;
  readonly onFatal: "stop" | "quarantine";
  /** Files of messages. */
  readonly inputs: readonly string[];
  /** Files and URLs for records. */
  readonly destinations: Destinations;
  readonly heard: (entry: JournalEntry) => void;
}

/** A runtime with its ways in and its API. */
export interface Session {
  readonly running: RunningRuntime;
  readonly api: ApiServer;
  /** Where messages are taken over HTTP; `undefined` if the module has an HTTP ingress of its own. */
  readonly httpIngress: HttpIngress | undefined;
  /** The egresses of the files whose records are kept, to be read over HTTP. */
  readonly readable: readonly string[];
  /** Whether records for any egress are kept. */
  readonly takesAnyEgress: boolean;
  /** Whether the store had anything in it. */
  readonly resumed: boolean;
  /** Ends it in good order: everything that was applied is durable. Ends it once, however often it is called. */
  close(): Promise<void>;
}

/**
 * Starts a runtime, its HTTP ingress and its API.
 *
 * @throws RuntimeError if the store, a file or a port cannot be had, or parts contradict each other
 */
export async function startSession(plan: SessionPlan): Promise<Session> {
  const { read, functions, dataFolder } = plan;
  const recorded = read === undefined ? new RecordedEgresses() : undefined;
  const httpIngress = await httpIngressOf(plan, recorded);
  const elsewhere = await destinationEgresses(plan.destinations);
  // Egresses that the files export are there from the start, so that they can be read and are shown.
  const readable =
    recorded === undefined
      ? []
      : functions.egresses.filter((exported) => !elsewhere.some(({ id }) => id === exported));
  const resumed = dataFolder !== undefined && existsSync(join(dataFolder, "data.mdb"));
  const running = await startRuntime({
    module: read?.module,
    functions,
    store:
      dataFolder === undefined
        ? { kind: "memory", store: plan.memory }
        : { kind: "lmdb", folder: dataFolder, sync: plan.sync },
    addressMap: plan.addressMap,
    ingresses: [...(httpIngress === undefined ? [] : [httpIngress]), ...(await fileIngresses(plan.inputs))],
    egresses: [...elsewhere, ...readable.flatMap((id) => recorded?.standIn(id) ?? [])],
    standIn: recorded === undefined ? undefined : (id) => recorded.standIn(id),
    onFatal: plan.onFatal,
    listener: plan.heard,
  });
  let opened: ApiServer | undefined;
  try {
    const api = (opened = await serve(plan, running));
    const accepts = Object.fromEntries(functions.functions.map((one) => [one.typename, one.accepts]));
    const { url, token } = api;
    writeRuntimeRecord(plan.recordFolder, { url, token, pid: process.pid, accepts });
    const takesAnyEgress = recorded !== undefined;
    let closing: Promise<void> | undefined;
    return {
      running,
      api,
      httpIngress,
      readable,
      takesAnyEgress,
      resumed,
      async close() {
        removeRuntimeRecord(plan.recordFolder);
        closing ??= Promise.all([api.close(), running.close()]).then(() => undefined);
        await closing;
      },
    };
  } catch (error) {
    await opened?.close();
    await running.close();
    throw error;
  }
}

/** Whether a module takes messages over HTTP by itself. */
export function hasOwnPort(read: ReadModule | undefined): boolean {
  return read?.module.ingresses.some(({ kind }) => kind === "playground") === true;
}

/** The HTTP ingress, unless the module has one and no port was asked for. */
async function httpIngressOf(
  { read, functions, host, port }: SessionPlan,
  egresses: RecordedEgresses | undefined,
): Promise<HttpIngress | undefined> {
  if (hasOwnPort(read) && port === undefined) return undefined;
  const { httpIngress } = await import("../runtime/ingress/http.js");
  return httpIngress({
    port: port ?? (await preferredPort(defaultHttpPort, host)),
    host,
    functions: () => functions.functions,
    egresses,
  });
}

async function serve(plan: SessionPlan, { view }: RunningRuntime): Promise<ApiServer> {
  const { host, token, apiPort } = plan;
  const { serveApi } = await import("../runtime/api.js");
  return serveApi(view, { host, token, port: apiPort ?? (await preferredPort(defaultApiPort, host)) });
}

async function fileIngresses(paths: readonly string[]): Promise<Ingress[]> {
  if (paths.length === 0) return [];
  const { fileIngress } = await import("../runtime/ingress/file.js");
  const several = paths.length > 1;
  return paths.map((path, at) =>
    fileIngress({ id: `statefun/file${several ? String(at + 1) : ""}`, path, follow: true }),
  );
}
