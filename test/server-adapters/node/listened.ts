import { requestReplyHandler, type RequestReplyHandler } from "statefun";
import { listen, type Listening, type ListenOptions } from "statefun/node";
import { conformanceFunction } from "../conformance-functions.js";
import { Log } from "../log.js";
import { exchange, head, RawClient, type RawResponse } from "../raw-client.js";

/** The conformance function behind `listen`, on a free port unless the options say otherwise. */
export interface Listened extends Listening {
  /** What the function says, and a line `report <code>` for each call of `onError`. */
  readonly log: Log;
  readonly connect: () => Promise<RawClient>;
  /** Sends one batch on a connection of its own. */
  readonly post: (body: Uint8Array) => Promise<RawResponse>;
  readonly get: (path: string) => Promise<RawResponse>;
}

/** Serves for as long as `use` runs. */
export async function whileListening<T>(
  options: ListenOptions,
  use: (listened: Listened) => Promise<T>,
  maxRequestBytes?: number,
): Promise<T> {
  const log = new Log();
  const listening = await listen(logging(log, maxRequestBytes), {
    ...(options.socketPath === undefined ? { port: 0, host: "127.0.0.1" } : {}),
    signals: false,
    idleGrace: { milliseconds: 0 },
    drainTimeout: { milliseconds: 500 },
    ...options,
  });
  const { port, socketPath } = listening;
  const connect = (): Promise<RawClient> =>
    RawClient.connect(socketPath === undefined ? { port: port ?? 0 } : { socketPath });
  const onOwnConnection = async (ask: (client: RawClient) => Promise<RawResponse>): Promise<RawResponse> => {
    const client = await connect();
    const response = await ask(client);
    await client.hangUp();
    return response;
  };
  try {
    return await use({
      ...listening,
      log,
      connect,
      post: (body) => onOwnConnection((client) => exchange(client, body)),
      get: (path) =>
        onOwnConnection((client) => {
          void client.send(head(`GET ${path}`));
          return client.response();
        }),
    });
  } finally {
    await listening.close();
  }
}

function logging(log: Log, maxRequestBytes?: number): RequestReplyHandler {
  return requestReplyHandler([conformanceFunction(log)], {
    ...(maxRequestBytes === undefined ? {} : { maxRequestBytes }),
    onError: (error) => {
      log.add(`report ${error.code}`);
    },
  });
}
