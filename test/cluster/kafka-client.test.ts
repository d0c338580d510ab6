import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { rmSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { freePorts } from "../../dev/cluster/ports.js";
import { connectionSettings } from "../../dev/module/kafka-settings.js";
import { kafkaClient } from "../../dev/runtime/kafka/kafka-client.js";
import type { KafkaConnection } from "../../dev/runtime/kafka/kafka-connection.js";
import { connectionSuite } from "../dev/runtime/kafka/connection-suite.js";
import type { Tested } from "../dev/runtime/kafka/connection-suite.js";
import { newCertificates } from "../hosts/certificates.js";
import { startBroker } from "./broker.js";
import type { Broker } from "./broker.js";
import { committedReading } from "./committed-reading.js";
import { compressedRecords } from "./compressed-records.js";
import { deliveredOnce } from "./delivered-once.js";
import { secureConnections } from "./secure-connections.js";
import type { SecureListeners } from "./secure-connections.js";

/** The first start on a machine fetches 250 MB. */
const startLimitMillis = 30 * 60_000;

const certificates = newCertificates();
const user = { name: "alice", password: "sec ret=1" };
const folder = mkdtempSync(join(tmpdir(), "statefun-kafka-client-"));

let broker: Broker | undefined;
let listeners: SecureListeners | undefined;

/** One broker that listens in four ways. */
beforeAll(async () => {
  const [login = 0, tls = 0, loginOverTls = 0] = await freePorts(3);
  listeners = { login, tls, loginOverTls, certificates, user, folder };
  const keystore = join(folder, "broker.pem");
  const truststore = join(folder, "authority.pem");
  writeFileSync(keystore, certificates.server.key + certificates.server.cert);
  writeFileSync(truststore, certificates.ca);
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  const logins = (name: string): Readonly<Record<string, string>> => ({
    [`listener.name.${name}.sasl.enabled.mechanisms`]: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    [`listener.name.${name}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
    [`listener.name.${name}.scram-sha-256.sasl.jaas.config`]: scram,
    [`listener.name.${name}.scram-sha-512.sasl.jaas.config`]: scram,
  });
  broker = await startBroker({
    properties: ({ clients, controller }) => {
      const own = `CLIENTS://127.0.0.1:${String(clients)},LOGIN://127.0.0.1:${String(login)},TLS://127.0.0.1:${String(tls)},BOTH://127.0.0.1:${String(loginOverTls)}`;
      return {
        listeners: `${own},CONTROLLER://127.0.0.1:${String(controller)}`,
        "advertised.listeners": own,
        "listener.security.protocol.map":
          "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_PLAINTEXT,TLS:SSL,BOTH:SASL_SSL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": keystore,
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": truststore,
        "listener.name.tls.ssl.client.auth": "required",
        ...logins("login"),
        ...logins("both"),
      };
    },
    formatArguments: ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
      "--add-scram",
      `${mechanism}=[name="${user.name}",password="${user.password}"]`,
    ]),
  });
}, startLimitMillis);

const connections: KafkaConnection[] = [];

afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await broker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function running(): Broker {
  if (broker === undefined) throw new Error("the broker has not been started");
  return broker;
}

/** A client of the broker with the properties of an ingress. */
function client(properties: Readonly<Record<string, string>> = {}): KafkaConnection {
  const settings = connectionSettings({
    kind: "kafka",
    id: "test/in",
    address: running().address,
    consumerGroupId: "test",
    topics: [],
    autoOffsetReset: "earliest",
    startupPosition: { type: "earliest" },
    properties,
  });
  const connection = kafkaClient(settings);
  connections.push(connection);
  return connection;
}

let shared: KafkaConnection | undefined;

function tested(): Tested {
  return {
    connection: (shared ??= client()),
    createTopic: async (topic, partitions) => {
      await asAdmin((admin) =>
        admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true }),
      );
    },
    deleteBefore: async ({ topic, partition, offset }) => {
      await asAdmin(async (admin) => {
        await admin.fetchTopicOffsets(topic); // without it kafkajs does not know the topic's leaders
        await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
      });
    },
  };
}

async function asAdmin<T>(use: (admin: ReturnType<Kafka["admin"]>) => Promise<T>): Promise<T> {
  const kafka = new Kafka({ brokers: [running().address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

describe("a client of a real broker", () => {
  connectionSuite(tested);
});

describe("reading what transactions have committed", () => {
  committedReading(running, client);
});

describe("compressed records", () => {
  compressedRecords(running, tested);
});

describe("an exactly-once egress", () => {
  deliveredOnce(running, tested);
});

describe("encrypted connections and logins", () => {
  secureConnections(() => {
    if (listeners === undefined) throw new Error("the broker has not been started");
    return listeners;
  });
});

describe("a broker that does not do what is asked", () => {
  test("one that cannot be reached is named", async () => {
    const [port = 0] = await freePorts(1);
    const brokers = [{ host: "127.0.0.1", port }];
    const connection = kafkaClient({ ...connectionSettingsOf(), brokers });

    const asking = connection.partitions(["t"]);

    await expect(asking).rejects.toThrow(`[io-failed] Kafka at 127.0.0.1:${String(port)} cannot be reached`);
  });

  test("a transaction time-out above the broker's limit is refused in words", async () => {
    const opening = tested().connection.transactionalProducer("too-long", 3_600_000);

    await expect(opening).rejects.toThrow(/transactionTimeout of 3600000 ms.*transaction\.max\.timeout\.ms/);
  });

  test("records that a topic never takes are refused with what to change", async () => {
    const { connection } = tested();
    const producer = await connection.producer("all");

    const sending = producer.send([{ topic: "large", value: Buffer.alloc(1_100_000) }]);

    await expect(sending).rejects.toThrow(/topic large.*raise that, or lower batch\.size/);
  });
});

function connectionSettingsOf(): Parameters<typeof kafkaClient>[0] {
  return connectionSettings({
    kind: "kafka",
    id: "test/out",
    address: running().address,
    deliverySemantic: { type: "at-least-once" },
    properties: {},
  });
}
