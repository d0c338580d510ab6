import { RuntimeError } from "../runtime/runtime-error.js";
import { didYouMean } from "./did-you-mean.js";
import { parseBrokers, type KafkaBroker } from "./kafka-brokers.js";
import {
  allowedValues,
  allowsValue,
  kafkaProperty,
  kafkaPropertyKeys,
  refusedBecause,
} from "./kafka-properties.js";
import { kafkaSecurity, type KafkaSasl, type KafkaTls } from "./kafka-security.js";
import type { KafkaEgressSpec, KafkaIngressSpec } from "./module.js";

/** What every connection to Kafka needs to know. Absent properties have the defaults of Kafka's Java client, but for the size of batches. */
export interface KafkaConnectionSettings {
  readonly brokers: readonly KafkaBroker[];
  readonly clientId: string;
  readonly tls: KafkaTls | undefined;
  readonly sasl: KafkaSasl | undefined;
  readonly requestTimeoutMillis: number;
  readonly connectionTimeoutMillis: number;
  readonly retryBackoffMillis: number;
  readonly reconnectBackoffMillis: number;
  readonly reconnectBackoffMaxMillis: number;
  readonly metadataMaxAgeMillis: number;
}

/** How a Kafka ingress reads. */
export interface KafkaConsumerSettings extends KafkaConnectionSettings {
  readonly groupId: string;
  readonly isolationLevel: "read_committed" | "read_uncommitted";
  readonly fetchMinBytes: number;
  readonly fetchMaxBytes: number;
  readonly fetchMaxWaitMillis: number;
  readonly maxPartitionFetchBytes: number;
  /** How often new partitions are looked for; `undefined`: never. */
  readonly partitionDiscoveryMillis: number | undefined;
}

/** How a Kafka egress writes. */
export interface KafkaProducerSettings extends KafkaConnectionSettings {
  /** As on the wire: −1 all replicas in sync, 1 the leader, 0 nobody. */
  readonly acks: -1 | 0 | 1;
  readonly compression: "none" | "gzip" | "snappy" | "lz4" | "zstd";
  readonly batchBytes: number;
  readonly maxRequestBytes: number;
  readonly deliveryTimeoutMillis: number;
  /** How often a failed request is repeated within `deliveryTimeoutMillis`. */
  readonly retries: number;
  readonly idempotent: boolean;
  /** For exactly-once only. */
  readonly transactionTimeoutMillis: number | undefined;
}

/** Something about the `properties` of a Kafka ingress or egress. */
export interface PropertyFinding {
  /** The key it is about; `undefined`: about `address`. */
  readonly key: string | undefined;
  /** `unsupported`: a cluster would take it. `invalid`: Kafka's client would refuse it as well. */
  readonly severity: "unsupported" | "invalid" | "warning";
  /** A sentence. */
  readonly message: string;
}

type KafkaSpec = KafkaIngressSpec | KafkaEgressSpec;

/** Kafka's 16 KiB are for records that trickle in; a delivery comes in one piece, and large batches cost everyone less. */
const defaultBatchBytes = 512 * 1024;

/** Soon enough for people who add partitions; a cluster does not look at all unless it is told to. */
const defaultDiscoveryMillis = 30_000;

const end = (spec: KafkaSpec): "ingress" | "egress" => ("topics" in spec ? "ingress" : "egress");

/** Everything that is to be said about the address and the properties of a Kafka ingress or egress. */
export function propertyFindings(spec: KafkaSpec): readonly PropertyFinding[] {
  const findings = Object.entries(spec.properties).flatMap(([key, value]) => keyFindings(spec, key, value));
  const brokers = parseBrokers(spec.address);
  if (typeof brokers === "string") {
    findings.push({ key: undefined, severity: "invalid", message: `address "${spec.address}": ${brokers}.` });
  }
  for (const { key, message } of kafkaSecurity(spec.properties).problems) {
    findings.push({ key, severity: "invalid", message: `property ${key}: ${message}` });
  }
  const unused = unusedSecurity(spec.properties);
  if (unused !== undefined) findings.push(unused);
  if ("deliverySemantic" in spec) findings.push(...idempotenceFindings(spec));
  return findings;
}

function keyFindings(spec: KafkaSpec, key: string, value: string): readonly PropertyFinding[] {
  const side = end(spec);
  const row = kafkaProperty(side, key);
  if (row === undefined) {
    const because = refusedBecause(key);
    const keys = kafkaPropertyKeys(side);
    const hint = because === undefined ? didYouMean(key, keys) : ` Reason: ${because}.`;
    return [
      {
        key,
        severity: "unsupported",
        message: `property ${key} is not supported for a Kafka ${side} by the embedded runtime.${hint} docs/modules.md lists the properties that are.`,
      },
    ];
  }
  if (row.use === "ignored") {
    return [{ key, severity: "warning", message: `property ${key} has no effect: ${row.because}.` }];
  }
  if (allowsValue(row.values, value)) return [];
  // A value may be a secret only where any text is allowed.
  return [
    {
      key,
      severity: isForKafka(key, value) ? "unsupported" : "invalid",
      message: `property ${key} is "${value}"; allowed: ${allowedValues(row.values)}.`,
    },
  ];
}

/** `ssl.*` and `sasl.*` do nothing unless `security.protocol` asks for them: the author meant something else. */
function unusedSecurity(properties: Readonly<Record<string, string>>): PropertyFinding | undefined {
  const protocol = properties["security.protocol"]?.trim() ?? "PLAINTEXT";
  const key = Object.keys(properties).find(
    (name) =>
      (name.startsWith("ssl.") && !protocol.endsWith("SSL")) ||
      (name.startsWith("sasl.") && !protocol.startsWith("SASL_")),
  );
  if (key === undefined) return undefined;
  const message = `property ${key} has no effect: security.protocol is ${protocol}.`;
  return { key, severity: "warning", message };
}

/** Values that Kafka's Java client takes and this runtime does not. */
const onlyForKafka: Readonly<Record<string, RegExp>> = {
  "sasl.mechanism": /^(GSSAPI|OAUTHBEARER)$/,
  "ssl.truststore.type": /^(JKS|PKCS12)$/i,
  "ssl.keystore.type": /^(JKS|PKCS12)$/i,
  "ssl.protocol": /^(TLS|TLSv1|TLSv1\.1)$/,
};

function isForKafka(key: string, value: string): boolean {
  return onlyForKafka[key]?.test(value.trim()) ?? false;
}

function idempotenceFindings({ deliverySemantic, properties }: KafkaEgressSpec): readonly PropertyFinding[] {
  const acks = properties.acks?.trim() ?? "all";
  const off = /^false$/i.test(properties["enable.idempotence"]?.trim() ?? "");
  const exactly = deliverySemantic.type === "exactly-once";
  const on = exactly || /^true$/i.test(properties["enable.idempotence"]?.trim() ?? "");
  const invalid = (key: string, message: string): PropertyFinding => ({ key, severity: "invalid", message });
  const findings: PropertyFinding[] = [];
  if (exactly && off) {
    findings.push(
      invalid(
        "enable.idempotence",
        "property enable.idempotence is false, and exactly-once needs it to be true.",
      ),
    );
  }
  if (on && acks !== "all" && acks !== "-1") {
    const why = exactly ? "exactly-once" : "enable.idempotence";
    findings.push(invalid("acks", `property acks is "${acks}", and ${why} needs it to be all.`));
  }
  return findings;
}

/**
 * What the `address` and `properties` of a Kafka ingress or egress mean for its connection.
 *
 * @throws RuntimeError `unsupported` if a property or its value is one that only a cluster has
 * @throws RuntimeError `invalid-module` if Kafka's client would refuse a value, or the address
 */
export function connectionSettings(spec: KafkaIngressSpec): KafkaConsumerSettings;
export function connectionSettings(spec: KafkaEgressSpec): KafkaProducerSettings;
export function connectionSettings(spec: KafkaSpec): KafkaConsumerSettings | KafkaProducerSettings {
  const brokers = parseBrokers(spec.address);
  const refusals = propertyFindings(spec).filter(({ severity }) => severity !== "warning");
  if (typeof brokers === "string" || refusals.length > 0) {
    const code = refusals.every(({ severity }) => severity === "unsupported")
      ? "unsupported"
      : "invalid-module";
    const messages = refusals.map(({ message }) => message).join("\n  ");
    throw new RuntimeError(code, `Kafka ${end(spec)} ${spec.id}: ${messages}`, { component: spec.id });
  }
  const settings = commonSettings(spec, brokers);
  return "topics" in spec ? consumerSettings(spec, settings) : producerSettings(spec, settings);
}

function commonSettings(spec: KafkaSpec, brokers: readonly KafkaBroker[]): KafkaConnectionSettings {
  const whole = wholeNumbers(spec.properties);
  const { tls, sasl } = kafkaSecurity(spec.properties);
  const clientId = spec.properties["client.id"] ?? "";
  return {
    brokers,
    clientId: clientId === "" ? "statefun" : clientId,
    tls,
    sasl,
    requestTimeoutMillis: whole("request.timeout.ms", 30_000),
    connectionTimeoutMillis: whole("socket.connection.setup.timeout.ms", 10_000),
    retryBackoffMillis: whole("retry.backoff.ms", 100),
    reconnectBackoffMillis: whole("reconnect.backoff.ms", 50),
    reconnectBackoffMaxMillis: whole("reconnect.backoff.max.ms", 1_000),
    metadataMaxAgeMillis: whole("metadata.max.age.ms", 300_000),
  };
}

function consumerSettings(spec: KafkaIngressSpec, common: KafkaConnectionSettings): KafkaConsumerSettings {
  const whole = wholeNumbers(spec.properties);
  const discovery = whole("flink.partition-discovery.interval-millis", defaultDiscoveryMillis);
  return {
    ...common,
    groupId: spec.consumerGroupId,
    isolationLevel:
      spec.properties["isolation.level"]?.trim() === "read_uncommitted"
        ? "read_uncommitted"
        : "read_committed",
    fetchMinBytes: whole("fetch.min.bytes", 1),
    fetchMaxBytes: whole("fetch.max.bytes", 50 * 1024 * 1024),
    fetchMaxWaitMillis: whole("fetch.max.wait.ms", 500),
    maxPartitionFetchBytes: whole("max.partition.fetch.bytes", 1024 * 1024),
    partitionDiscoveryMillis: discovery > 0 ? discovery : undefined,
  };
}

function producerSettings(spec: KafkaEgressSpec, common: KafkaConnectionSettings): KafkaProducerSettings {
  const whole = wholeNumbers(spec.properties);
  const { deliverySemantic, properties } = spec;
  const acks = acksOf(properties.acks?.trim());
  return {
    ...common,
    acks,
    compression: compressionOf(properties["compression.type"]?.trim()),
    batchBytes: whole("batch.size", defaultBatchBytes),
    maxRequestBytes: whole("max.request.size", 1024 * 1024),
    deliveryTimeoutMillis: whole("delivery.timeout.ms", 120_000),
    retries: whole("retries", 2 ** 31 - 1),
    idempotent: acks === -1 && !/^false$/i.test(properties["enable.idempotence"]?.trim() ?? ""),
    transactionTimeoutMillis:
      deliverySemantic.type === "exactly-once" ? deliverySemantic.transactionTimeoutMillis : undefined,
  };
}

function acksOf(value: string | undefined): -1 | 0 | 1 {
  if (value === "0") return 0;
  return value === "1" ? 1 : -1;
}

function compressionOf(value: string | undefined): KafkaProducerSettings["compression"] {
  return value === "gzip" || value === "snappy" || value === "lz4" || value === "zstd" ? value : "none";
}

/** Reads whole numbers that have been checked. */
function wholeNumbers(
  properties: Readonly<Record<string, string>>,
): (key: string, byDefault: number) => number {
  return (key, byDefault) => {
    const value = properties[key];
    return value === undefined ? byDefault : Number(value);
  };
}
