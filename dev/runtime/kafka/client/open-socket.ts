import { readFileSync } from "node:fs";
import { connect, isIP } from "node:net";
import type { Socket } from "node:net";
import { checkServerIdentity, connect as connectTls } from "node:tls";
import { parseBrokers } from "../../../module/kafka-brokers.js";
import type { KafkaBroker } from "../../../module/kafka-brokers.js";
import type { KafkaSasl, KafkaTls, PemSource } from "../../../module/kafka-security.js";
import type { KafkaConnectionSettings } from "../../../module/kafka-settings.js";
import { apis, oldestKafka } from "./apis.js";
import { BrokerSocket } from "./broker-socket.js";
import { checkCode, KafkaFailure } from "./kafka-failure.js";
import { Scram } from "./scram.js";
import { WireWriter } from "./wire-writer.js";

/** Settings of a connection, and where brokers are reached instead of where they say they are: `host:port` to `host:port`. */
export type SocketSettings = KafkaConnectionSettings & {
  readonly addressMap?: ReadonlyMap<string, string> | undefined;
};

/**
 * Connects to a broker, encrypted and logged in as the settings say.
 *
 * @throws KafkaFailure if it cannot be reached, is not trusted, refuses the login, or is too old
 */
export async function openSocket(broker: KafkaBroker, settings: SocketSettings): Promise<BrokerSocket> {
  const name = `${broker.host}:${String(broker.port)}`;
  const socket = new BrokerSocket(name, await connected(name, broker, settings), settings.clientId);
  try {
    await checkVersions(socket, settings);
    if (settings.sasl !== undefined) await logIn(socket, settings.sasl, settings);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function connected(name: string, broker: KafkaBroker, settings: SocketSettings): Promise<Socket> {
  const { tls, connectionTimeoutMillis } = settings;
  const to = reachedAt(broker, settings);
  return new Promise((resolve, reject) => {
    let socket: Socket;
    try {
      socket = tls === undefined ? connect({ ...to, noDelay: true }) : secureSocket(to, broker.host, tls);
    } catch (error) {
      reject(unreachable(name, settings, error));
      return;
    }
    const timeout = setTimeout(() => {
      socket.destroy(new Error(`no answer within ${String(connectionTimeoutMillis)} ms`));
    }, connectionTimeoutMillis);
    const failed = (error: Error): void => {
      clearTimeout(timeout);
      reject(unreachable(name, settings, error));
    };
    socket.once("error", failed);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      clearTimeout(timeout);
      socket.off("error", failed);
      resolve(socket);
    });
  });
}

/** Its certificate must name the broker as it calls itself, wherever it is reached. */
function secureSocket(to: KafkaBroker, name: string, tls: KafkaTls): Socket {
  const socket = connectTls({
    ...to,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.ca === undefined ? {} : { ca: pem(tls.ca) }),
    ...(tls.certificate === undefined ? {} : { cert: pem(tls.certificate) }),
    ...(tls.key === undefined ? {} : { key: pem(tls.key) }),
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
    checkServerIdentity: (_, certificate) => {
      return tls.verifyHostname ? checkServerIdentity(name, certificate) : undefined;
    },
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    rejectUnauthorized: true,
  });
  return socket.setNoDelay(true);
}

function reachedAt(broker: KafkaBroker, { addressMap }: SocketSettings): KafkaBroker {
  const mapped = addressMap?.get(`${broker.host.toLowerCase()}:${String(broker.port)}`);
  const brokers = mapped === undefined ? [] : parseBrokers(mapped);
  return typeof brokers === "string" ? broker : (brokers[0] ?? broker);
}

function pem(source: PemSource): string {
  return source.from === "text" ? source.pem : readFileSync(source.path, "utf8");
}

function unreachable(name: string, { tls }: KafkaConnectionSettings, error: unknown): KafkaFailure {
  const why = error instanceof Error ? error.message : String(error);
  const how = tls === undefined ? "" : " with TLS";
  return new KafkaFailure(`Kafka at ${name} cannot be reached${how}: ${why}`, 0, error);
}

async function checkVersions(socket: BrokerSocket, settings: KafkaConnectionSettings): Promise<void> {
  const answer = await socket.request(apis.apiVersions, [], settings.requestTimeoutMillis);
  checkCode(answer.int16(), `Kafka at ${socket.name} does not say which versions it speaks`);
  const spoken = new Map(
    answer.list(() => [answer.int16(), { least: answer.int16(), most: answer.int16() }] as const),
  );
  for (const { name, key, version } of Object.values(apis)) {
    const range = spoken.get(key);
    // A broker without SASL need not speak its requests.
    if (range === undefined && name.startsWith("Sasl")) continue;
    if (range !== undefined && range.least <= version && version <= range.most) continue;
    throw new KafkaFailure(
      `Kafka at ${socket.name} does not speak version ${String(version)} of ${name}: Kafka ${oldestKafka} to 4 do`,
    );
  }
}

async function logIn(
  socket: BrokerSocket,
  sasl: KafkaSasl,
  settings: KafkaConnectionSettings,
): Promise<void> {
  const { mechanism, username, password } = sasl;
  const handshake = new WireWriter().text(mechanism).taken();
  const answer = await socket.request(apis.saslHandshake, [handshake], settings.requestTimeoutMillis);
  const errorCode = answer.int16();
  const offered = answer.list(() => answer.text()).join(", ");
  checkCode(errorCode, `Kafka at ${socket.name} offers ${offered}, not ${mechanism}`);

  const exchange = async (bytes: Uint8Array): Promise<Buffer> => {
    const body = new WireWriter().blob(bytes).taken();
    const reply = await socket.request(apis.saslAuthenticate, [body], settings.requestTimeoutMillis);
    const code = reply.int16();
    const message = reply.text();
    checkCode(code, `Kafka at ${socket.name} refuses the login of ${username} by ${mechanism} (${message})`);
    return reply.blob();
  };
  if (mechanism === "PLAIN") {
    await exchange(Buffer.from(`\0${username}\0${password}`));
    return;
  }
  const scram = new Scram(sasl);
  scram.check(await exchange(await scram.final(await exchange(scram.first()))));
}
