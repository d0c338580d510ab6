import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { connectionSettings } from "../../dev/module/kafka-settings.js";
import { kafkaClient } from "../../dev/runtime/kafka/kafka-client.js";
import type { KafkaConnection } from "../../dev/runtime/kafka/kafka-connection.js";
import type { Certificates } from "../hosts/certificates.js";

/** The ports of the listeners that are not open to everybody, and how to get in. */
export interface SecureListeners {
  readonly login: number;
  /** Wants a certificate of the client. */
  readonly tls: number;
  readonly loginOverTls: number;
  readonly certificates: Certificates;
  readonly user: { readonly name: string; readonly password: string };
  readonly folder: string;
}

type Properties = Readonly<Record<string, string>>;

function clientAt(
  address: string,
  properties: Properties,
  addressMap?: ReadonlyMap<string, string>,
): KafkaConnection {
  const settings = connectionSettings({
    kind: "kafka",
    id: "test/out",
    address,
    deliverySemantic: { type: "exactly-once", transactionTimeoutMillis: 60_000 },
    properties,
  });
  return kafkaClient(settings, addressMap);
}

/** Writes a record in a transaction and reads it. */
async function roundTrip(connection: KafkaConnection): Promise<string> {
  const topic = `secure-${randomUUID()}`;
  const producer = await connection.transactionalProducer(topic, 60_000);
  await producer.commit([{ topic, value: Buffer.from("through") }], topic, {
    topic,
    partition: 0,
    offset: 1,
  });
  const reader = connection.reader("read-committed");
  reader.seek({ topic, partition: 0, offset: 0 });
  const [part] = await reader.next();
  await connection.close();
  return Buffer.from(part?.records[0]?.value ?? []).toString();
}

function loginProperties(mechanism: string, { name, password }: SecureListeners["user"]): Properties {
  const module = mechanism === "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  return {
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": mechanism,
    "sasl.jaas.config": `org.apache.kafka.common.security.${module} required username="${name}" password="${password}";`,
  };
}

export function secureConnections(listeners: () => SecureListeners): void {
  const mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];
  const at = (port: number): string => `127.0.0.1:${String(port)}`;
  const trusted = (): Properties => ({
    "security.protocol": "SSL",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.certificates": listeners().certificates.ca,
  });
  const withCertificate = (): Properties => {
    const { certificates, folder } = listeners();
    const location = join(folder, "client.pem");
    writeFileSync(location, certificates.client.key + certificates.client.cert);
    return { ...trusted(), "ssl.keystore.type": "PEM", "ssl.keystore.location": location };
  };

  test.each(mechanisms)("a client logs in by %s", async (mechanism) => {
    const { login, user } = listeners();
    const connection = clientAt(at(login), loginProperties(mechanism, user));

    const value = await roundTrip(connection);

    expect(value).toBe("through");
  });

  test.each(mechanisms)(
    "a wrong password is refused by name with %s, without showing it",
    async (mechanism) => {
      const { login, user } = listeners();
      const connection = clientAt(at(login), loginProperties(mechanism, { ...user, password: "guessed" }));

      const asking = connection.partitions(["t"]);

      await expect(asking).rejects.toThrow(/refuses the login of alice by/);
      await expect(asking).rejects.not.toThrow(/guessed/);
    },
  );

  test("a client with a certificate speaks over TLS", async () => {
    const connection = clientAt(at(listeners().tls), withCertificate());

    const value = await roundTrip(connection);

    expect(value).toBe("through");
  });

  test("a login over TLS works without a certificate of the client", async () => {
    const { loginOverTls, user } = listeners();
    const properties = {
      ...loginProperties("SCRAM-SHA-512", user),
      ...trusted(),
      "security.protocol": "SASL_SSL",
    };

    const value = await roundTrip(clientAt(at(loginOverTls), properties));

    expect(value).toBe("through");
  });

  test("a client without the certificate that is wanted gets no answer, and says so", async () => {
    const asking = clientAt(at(listeners().tls), trusted()).partitions(["t"]);

    await expect(asking).rejects.toThrow(/\[io-failed\].*127\.0\.0\.1/);
  });

  test("a broker whose authority is not trusted is not spoken to", async () => {
    const { certificates, tls } = listeners();
    const other = { ...withCertificate(), "ssl.truststore.certificates": certificates.stranger.cert };

    const asking = clientAt(at(tls), other).partitions(["t"]);

    await expect(asking).rejects.toThrow(/cannot be reached with TLS/);
  });

  test("a broker whose certificate has another name is spoken to only if names are not to be checked", async () => {
    const { tls } = listeners();
    const map = new Map([["kafka.example:9093", at(tls)]]);
    const unchecked = { ...withCertificate(), "ssl.endpoint.identification.algorithm": "" };

    const checking = clientAt("kafka.example:9093", withCertificate(), map).partitions(["t"]);
    await expect(checking).rejects.toThrow(
      /kafka\.example:9093 cannot be reached with TLS: .*does not match/,
    );
    const value = await roundTrip(clientAt("kafka.example:9093", unchecked, map));

    expect(value).toBe("through");
  });
}
