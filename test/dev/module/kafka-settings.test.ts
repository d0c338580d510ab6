import { describe, expect, test } from "@jest/globals";
import { kafkaProperties, kafkaPropertyKeys } from "../../../dev/module/kafka-properties.js";
import { connectionSettings, propertyFindings } from "../../../dev/module/kafka-settings.js";
import type { KafkaEgressSpec, KafkaIngressSpec } from "../../../dev/module/module.js";

type Properties = Readonly<Record<string, string>>;

function ingress(properties: Properties, address = "kafka:9092"): KafkaIngressSpec {
  return {
    kind: "kafka",
    id: "a/in",
    address,
    consumerGroupId: "group",
    topics: [{ topic: "t", valueType: "v", targets: [{ namespace: "a", name: "b" }] }],
    autoOffsetReset: "latest",
    startupPosition: { type: "latest" },
    properties,
  };
}

function egress(
  properties: Properties,
  deliverySemantic: KafkaEgressSpec["deliverySemantic"] = { type: "at-least-once" },
): KafkaEgressSpec {
  return { kind: "kafka", id: "a/out", address: "kafka:9092", deliverySemantic, properties };
}

const plainLogin =
  'org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="it\\"s; secret";';
const scramLogin =
  "org.apache.kafka.common.security.scram.ScramLoginModule required username=me password=pw;";

describe("settings of a connection", () => {
  test("without properties are the defaults of Kafka's client, but committed records only and new partitions looked for", () => {
    expect(connectionSettings(ingress({}))).toMatchObject({
      brokers: [{ host: "kafka", port: 9092 }],
      clientId: "statefun",
      tls: undefined,
      sasl: undefined,
      requestTimeoutMillis: 30_000,
      groupId: "group",
      isolationLevel: "read_committed",
      fetchMaxBytes: 52_428_800,
      partitionDiscoveryMillis: 30_000,
    });
    expect(connectionSettings(egress({}))).toMatchObject({
      acks: -1,
      compression: "none",
      idempotent: true,
      deliveryTimeoutMillis: 120_000,
      transactionTimeoutMillis: undefined,
    });
  });

  test("hold what the properties say", () => {
    const consumer = connectionSettings(
      ingress({
        "client.id": "shop",
        "isolation.level": "read_uncommitted",
        "fetch.max.wait.ms": " 20 ",
        "flink.partition-discovery.interval-millis": "60000",
      }),
    );
    const producer = connectionSettings(egress({ acks: "1", "compression.type": "zstd", retries: "2" }));

    expect(consumer).toMatchObject({
      clientId: "shop",
      isolationLevel: "read_uncommitted",
      fetchMaxWaitMillis: 20,
      partitionDiscoveryMillis: 60_000,
    });
    expect(producer).toMatchObject({
      acks: 1,
      compression: "zstd",
      retries: 2,
      idempotent: false,
    });
  });

  test("have the time limit of transactions from the delivery semantic", () => {
    const spec = egress({}, { type: "exactly-once", transactionTimeoutMillis: 90_000 });

    expect(connectionSettings(spec).transactionTimeoutMillis).toBe(90_000);
  });

  test.each([
    ["a:1", [{ host: "a", port: 1 }]],
    [
      " a:1 ,, PLAINTEXT://b.c:2,[::1]:3",
      [
        { host: "a", port: 1 },
        { host: "b.c", port: 2 },
        { host: "::1", port: 3 },
      ],
    ],
  ])("split the address %j", (address, brokers) => {
    expect(connectionSettings(ingress({}, address)).brokers).toEqual(brokers);
  });

  test.each(["", ",", "kafka", "kafka:", ":9092", "kafka:99999", "a:1,b"])(
    "refuse the address %j",
    (address) => {
      expect(() => connectionSettings(ingress({}, address))).toThrow(/Kafka ingress a\/in: address/);
    },
  );
});

describe("security", () => {
  test("TLS trusts the certificates that are given, and shows those of the client", () => {
    const { tls } = connectionSettings(
      ingress({
        "security.protocol": "SSL",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": "/certificates/ca.pem",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.key": "KEY",
        "ssl.keystore.certificate.chain": "CHAIN",
        "ssl.key.password": "secret",
        "ssl.endpoint.identification.algorithm": "",
        "ssl.enabled.protocols": "TLSv1.3",
      }),
    );

    expect(tls).toEqual({
      ca: { from: "file", path: "/certificates/ca.pem" },
      certificate: { from: "text", pem: "CHAIN" },
      key: { from: "text", pem: "KEY" },
      passphrase: "secret",
      verifyHostname: false,
      minVersion: "TLSv1.3",
      maxVersion: "TLSv1.3",
    });
  });

  test.each([
    ["SASL_PLAINTEXT", "PLAIN", plainLogin, { username: "me", password: 'it"s; secret' }, false],
    ["SASL_SSL", "SCRAM-SHA-256", scramLogin, { username: "me", password: "pw" }, true],
    ["SASL_SSL", "SCRAM-SHA-512", scramLogin, { username: "me", password: "pw" }, true],
  ])("%s with %s has the user of sasl.jaas.config", (protocol, mechanism, jaas, user, encrypted) => {
    const { sasl, tls } = connectionSettings(
      egress({ "security.protocol": protocol, "sasl.mechanism": mechanism, "sasl.jaas.config": jaas }),
    );

    expect(sasl).toEqual({ mechanism, ...user });
    expect(tls !== undefined).toBe(encrypted);
  });

  test.each([
    ["no mechanism", { "sasl.jaas.config": plainLogin }, /sasl\.mechanism: it is missing/],
    ["no login", { "sasl.mechanism": "PLAIN" }, /sasl\.jaas\.config: it is missing/],
    [
      "a login module of another mechanism",
      { "sasl.mechanism": "SCRAM-SHA-256", "sasl.jaas.config": plainLogin },
      /needs ScramLoginModule/,
    ],
    [
      "no password",
      { "sasl.mechanism": "PLAIN", "sasl.jaas.config": 'PlainLoginModule required username="me";' },
      /lacks username or password/,
    ],
    [
      "no semicolon",
      { "sasl.mechanism": "PLAIN", "sasl.jaas.config": 'PlainLoginModule required username="secret"' },
      /not one login module/,
    ],
    [
      "another option",
      {
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.jaas.config": scramLogin.replace(";", ' tokenauth="true";'),
      },
      /its option tokenauth is not supported/,
    ],
  ])("SASL with %s is refused without showing a value", (_, properties, sentence) => {
    const settings = (): unknown =>
      connectionSettings(ingress({ "security.protocol": "SASL_PLAINTEXT", ...properties }));

    expect(settings).toThrow(sentence);
    expect(settings).not.toThrow(/secret/);
  });

  test("certificates without a type would be Java's, and are refused", () => {
    const properties = { "security.protocol": "SSL", "ssl.truststore.location": "/ca.pem" };

    expect(() => connectionSettings(ingress(properties))).toThrow(/ssl\.truststore\.type: it must be PEM/);
  });

  test("properties of TLS without TLS are a warning", () => {
    expect(propertyFindings(ingress({ "ssl.truststore.location": "/ca.pem" }))).toMatchObject([
      { severity: "warning", message: expect.stringContaining("security.protocol is PLAINTEXT") },
    ]);
  });
});

describe("the table of properties", () => {
  test("has each key once for each end, and a reason for each", () => {
    for (const end of ["ingress", "egress"] as const) {
      const rows = kafkaProperties.filter(({ of }) => of === "both" || of === end);

      expect(rows.map(({ key }) => key).sort()).toEqual([...kafkaPropertyKeys(end)].sort());
      expect(rows.filter(({ because }) => because === "")).toEqual([]);
    }
  });

  test("ignored keys are accepted with a warning that says why", () => {
    const ignored = kafkaProperties.filter(({ use, of }) => use === "ignored" && of !== "egress");

    for (const { key, because } of ignored) {
      expect(propertyFindings(ingress({ [key]: "1" }))).toEqual([
        { key, severity: "warning", message: `property ${key} has no effect: ${because}.` },
      ]);
    }
  });

  test.each(["acks", "fetch.mim.bytes", "sasl.login.class", "anything"])(
    "the key %s is refused by name",
    (key) => {
      const settings = (): unknown => connectionSettings(ingress({ [key]: "1" }));

      expect(settings).toThrow(expect.objectContaining({ code: "unsupported" }));
      expect(settings).toThrow(`property ${key} is not supported for a Kafka ingress`);
    },
  );

  test("a misspelt key names the one that was meant", () => {
    expect(() => connectionSettings(ingress({ "fetch.mim.bytes": "1" }))).toThrow(
      "Did you mean fetch.min.bytes?",
    );
  });

  test.each([
    [ingress({ "fetch.min.bytes": "many" }), /fetch\.min\.bytes is "many"; allowed: a whole number from 0/],
    [ingress({ "isolation.level": "none" }), /allowed: read_committed, read_uncommitted/],
    [egress({ acks: "2" }), /acks is "2"; allowed: all, -1, 1, 0/],
    [egress({ acks: "1", "enable.idempotence": "true" }), /enable\.idempotence needs it to be all/],
  ])("a value that Kafka would refuse is refused with what is allowed (%#)", (spec, sentence) => {
    const settings = (): unknown => ("topics" in spec ? connectionSettings(spec) : connectionSettings(spec));

    expect(settings).toThrow(expect.objectContaining({ code: "invalid-module" }));
    expect(settings).toThrow(sentence);
  });

  test("exactly-once needs idempotence and all acknowledgements", () => {
    const semantic = { type: "exactly-once", transactionTimeoutMillis: 1000 } as const;

    expect(() => connectionSettings(egress({ acks: "1" }, semantic))).toThrow(
      /exactly-once needs it to be all/,
    );
    expect(() => connectionSettings(egress({ "enable.idempotence": "false" }, semantic))).toThrow(
      /exactly-once needs it to be true/,
    );
  });
});
