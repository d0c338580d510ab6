/** Which values a property may have. */
export type PropertyValues =
  | { readonly kind: "text" }
  | { readonly kind: "boolean" }
  | { readonly kind: "whole"; readonly least: number; readonly most: number }
  | { readonly kind: "one-of"; readonly allowed: readonly string[] };

/** What the embedded runtime does with one key of the `properties` of a Kafka ingress or egress. */
export interface KafkaProperty {
  readonly key: string;
  /** Where it may stand. */
  readonly of: "both" | "ingress" | "egress";
  /** `honoured`: it has its effect. `ignored`: accepted, without effect, and a warning says why. */
  readonly use: "honoured" | "ignored";
  readonly values: PropertyValues;
  /** What it does; for `ignored`, why it does nothing. A clause without a full stop. */
  readonly because: string;
}

/** Kafka's integers have 32 bits, its longs 64; beyond 2⁵³ nothing sensible is meant. */
const most32 = 2 ** 31 - 1;
const most64 = Number.MAX_SAFE_INTEGER;

const text: PropertyValues = { kind: "text" };
const truth: PropertyValues = { kind: "boolean" };
const millis: PropertyValues = { kind: "whole", least: 0, most: most32 };
const longMillis: PropertyValues = { kind: "whole", least: 0, most: most64 };
const count: PropertyValues = { kind: "whole", least: 0, most: most32 };
const oneOf = (...allowed: readonly string[]): PropertyValues => ({ kind: "one-of", allowed });

type Side = KafkaProperty["of"];

function honoured(of: Side, key: string, values: PropertyValues, because: string): KafkaProperty {
  return { key, of, use: "honoured", values, because };
}

function ignored(of: Side, because: string, ...keys: readonly string[]): readonly KafkaProperty[] {
  return keys.map((key) => ({ key, of, use: "ignored", values: text, because }));
}

const buffers = "buffers are sized by this runtime";
const ownMetrics = "this runtime has metrics of its own";
const noGroup = "partitions are read without joining the consumer group, as a cluster does";
const rawBytes = "keys and values are bytes here and on a cluster, which sets it itself";

/**
 * Every key of `properties` that is accepted; any other is refused by name. Names, values and defaults are those of
 * Kafka's Java client.
 */
export const kafkaProperties: readonly KafkaProperty[] = [
  honoured(
    "ingress",
    "bootstrap.servers",
    text,
    "the brokers, if `address` is absent; `address` wins over it",
  ),
  ...ignored("egress", "an egress always has `address`, which wins over it", "bootstrap.servers"),
  honoured("both", "client.id", text, "the name that the brokers log; `statefun` if absent"),
  honoured(
    "both",
    "security.protocol",
    oneOf("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
    "TLS and SASL; PLAINTEXT if absent",
  ),
  honoured(
    "both",
    "sasl.mechanism",
    oneOf("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"),
    "how the user proves who it is; must be given with SASL",
  ),
  honoured("both", "sasl.jaas.config", text, "username and password of the login module"),
  honoured("both", "ssl.truststore.type", oneOf("PEM"), "the format of the trusted certificates"),
  honoured("both", "ssl.truststore.location", text, "a PEM file of trusted certificates"),
  honoured("both", "ssl.truststore.certificates", text, "trusted certificates as PEM text"),
  honoured("both", "ssl.keystore.type", oneOf("PEM"), "the format of the client certificate"),
  honoured("both", "ssl.keystore.location", text, "a PEM file of the private key and its certificates"),
  honoured("both", "ssl.keystore.key", text, "the private key as PEM text"),
  honoured("both", "ssl.keystore.certificate.chain", text, "the client certificate as PEM text"),
  honoured("both", "ssl.key.password", text, "the password of the private key"),
  honoured(
    "both",
    "ssl.endpoint.identification.algorithm",
    oneOf("https", ""),
    "https: the certificate must name the broker's host (the default); empty: it need not",
  ),
  honoured("both", "ssl.protocol", oneOf("TLSv1.2", "TLSv1.3"), "the newest version of TLS"),
  honoured("both", "ssl.enabled.protocols", text, "the versions of TLS, a list of TLSv1.2 and TLSv1.3"),
  honoured("both", "request.timeout.ms", millis, "how long a broker may take to answer; 30000 if absent"),
  honoured(
    "both",
    "socket.connection.setup.timeout.ms",
    longMillis,
    "how long connecting may take; 10000 if absent",
  ),
  honoured("both", "retry.backoff.ms", longMillis, "the first pause before a failed request is repeated"),
  honoured("both", "reconnect.backoff.ms", longMillis, "the first pause before connecting again"),
  honoured("both", "reconnect.backoff.max.ms", longMillis, "the longest pause before connecting again"),
  honoured("both", "metadata.max.age.ms", longMillis, "how long a picture of the cluster is believed"),

  honoured("ingress", "group.id", text, "the group whose offsets are meant, if `consumerGroupId` is absent"),
  honoured(
    "ingress",
    "isolation.level",
    oneOf("read_committed", "read_uncommitted"),
    "whether records of open and aborted transactions are read; read_committed if absent (a cluster: read_uncommitted)",
  ),
  honoured("ingress", "fetch.min.bytes", count, "a broker waits for so many bytes"),
  honoured("ingress", "fetch.max.bytes", count, "the most that one fetch asks for"),
  honoured("ingress", "fetch.max.wait.ms", millis, "how long a broker waits for the least number of bytes"),
  honoured("ingress", "max.partition.fetch.bytes", count, "the most of one partition in a fetch"),
  honoured(
    "ingress",
    "flink.partition-discovery.interval-millis",
    { kind: "whole", least: -(2 ** 31), most: most64 },
    "how often new partitions are looked for; 30000 if absent, never if zero or negative",
  ),
  ...ignored("ingress", "`autoOffsetResetPosition` wins over it, also by its default", "auto.offset.reset"),
  ...ignored(
    "ingress",
    "records are taken over one by one, and back-pressure bounds them",
    "max.poll.records",
  ),
  ...ignored("ingress", "checksums are always checked", "check.crcs"),
  ...ignored(
    "ingress",
    "how far was read is kept with the state, not by the group",
    "enable.auto.commit",
    "auto.commit.interval.ms",
  ),
  ...ignored(
    "ingress",
    noGroup,
    "group.instance.id",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "partition.assignment.strategy",
    "session.timeout.ms",
  ),
  ...ignored("ingress", rawBytes, "key.deserializer", "value.deserializer"),
  ...ignored("ingress", "the leader of a partition is always read", "client.rack"),
  ...ignored("ingress", "every call has `request.timeout.ms`", "default.api.timeout.ms"),
  ...ignored("ingress", "topics are named one by one", "exclude.internal.topics"),
  ...ignored("ingress", "reading does not create topics", "allow.auto.create.topics"),
  ...ignored("ingress", ownMetrics, "flink.disable-metrics"),
  ...ignored("ingress", "it tunes a loop that this runtime does not have", "flink.poll-timeout"),

  honoured("egress", "acks", oneOf("all", "-1", "1", "0"), "who must have a record; all if absent"),
  honoured(
    "egress",
    "compression.type",
    oneOf("none", "gzip", "snappy", "lz4", "zstd"),
    "how batches are compressed; none if absent",
  ),
  ...ignored(
    "egress",
    "what is ready is sent at once, and what comes meanwhile shares the next request",
    "linger.ms",
  ),
  honoured("egress", "batch.size", count, "the most bytes of a batch; 524288 if absent"),
  honoured("egress", "max.request.size", count, "the most bytes of one request; a larger record is refused"),
  honoured("egress", "delivery.timeout.ms", millis, "how long a record is tried; 120000 if absent"),
  honoured("egress", "retries", count, "how often a failed request is repeated; until the timeout if absent"),
  honoured("egress", "enable.idempotence", truth, "whether the broker drops repeated records"),
  ...ignored(
    "egress",
    "`deliverySemantic.transactionTimeout` sets it, and nothing else has transactions",
    "transaction.timeout.ms",
  ),
  ...ignored("egress", "a cluster sets it itself, and so does this runtime", "transactional.id"),
  ...ignored("egress", "requests to a broker keep their order", "max.in.flight.requests.per.connection"),
  ...ignored("egress", "records wait in the store, not in memory", "buffer.memory", "max.block.ms"),
  ...ignored("egress", rawBytes, "key.serializer", "value.serializer"),
  ...ignored("egress", "a picture of a topic is kept while it is used", "metadata.max.idle.ms"),
  ...ignored("egress", ownMetrics, "flink.disable-metrics"),

  ...ignored("both", buffers, "receive.buffer.bytes", "send.buffer.bytes"),
  ...ignored("both", "connections are kept while they are used", "connections.max.idle.ms"),
  ...ignored("both", "the longest time to connect does not grow", "socket.connection.setup.timeout.max.ms"),
  ...ignored("both", "every address of a broker's name is tried", "client.dns.lookup"),
  ...ignored(
    "both",
    ownMetrics,
    "auto.include.jmx.reporter",
    "metric.reporters",
    "metrics.num.samples",
    "metrics.recording.level",
    "metrics.sample.window.ms",
  ),
];

/** Keys that are refused for a reason that helps; every key that is in neither list is refused too. */
const refusals: Readonly<Record<string, string>> = {
  "interceptor.classes": "it names Java classes",
  "partitioner.class":
    "it names a Java class; records are spread by the hash of their key, as Kafka's default does",
  "security.providers": "it names Java classes",
  "sasl.login.class": "it names a Java class",
  "sasl.login.callback.handler.class": "it names a Java class",
  "sasl.client.callback.handler.class": "it names a Java class",
  "sasl.kerberos.service.name": "Kerberos is not supported; use PLAIN or SCRAM",
  "ssl.engine.factory.class": "it names a Java class",
  "ssl.trustmanager.algorithm": "it chooses among Java's implementations",
  "ssl.keymanager.algorithm": "it chooses among Java's implementations",
  "ssl.secure.random.implementation": "it chooses among Java's implementations",
  "ssl.provider": "it chooses among Java's implementations",
  "ssl.cipher.suites": "Java and Node name cipher suites differently; the defaults of Node are used",
  "ssl.truststore.password": "certificates in PEM have none, and Kafka refuses it too",
  "ssl.keystore.password": "PEM has `ssl.key.password` instead, and Kafka refuses it too",
};

type End = "ingress" | "egress";

const byKey: Readonly<Record<End, ReadonlyMap<string, KafkaProperty>>> = {
  ingress: new Map(kafkaProperties.filter(({ of }) => of !== "egress").map((row) => [row.key, row])),
  egress: new Map(kafkaProperties.filter(({ of }) => of !== "ingress").map((row) => [row.key, row])),
};

/** What the table says about a key; `undefined` if it is refused. */
export function kafkaProperty(end: End, key: string): KafkaProperty | undefined {
  return byKey[end].get(key);
}

/** Every key that an ingress or an egress may have. */
export function kafkaPropertyKeys(end: End): readonly string[] {
  return [...byKey[end].keys()];
}

/** Why a key that is not in the table is refused, as a clause, if there is more to say than that. */
export function refusedBecause(key: string): string | undefined {
  return Object.hasOwn(refusals, key) ? refusals[key] : undefined;
}

/** The values that a property may have, for people. */
export function allowedValues(values: PropertyValues): string {
  switch (values.kind) {
    case "text":
      return "any text";
    case "boolean":
      return "true or false";
    case "whole":
      return `a whole number from ${String(values.least)} to ${String(values.most)}`;
    case "one-of":
      return values.allowed.map((value) => (value === "" ? "empty" : value)).join(", ");
  }
}

/** Whether a property may have this value. Surrounding blanks do not count, as in Kafka. */
export function allowsValue(values: PropertyValues, value: string): boolean {
  const trimmed = value.trim();
  switch (values.kind) {
    case "text":
      return true;
    case "boolean":
      return /^(true|false)$/i.test(trimmed);
    case "whole":
      return /^[+-]?\d+$/.test(trimmed) && Number(trimmed) >= values.least && Number(trimmed) <= values.most;
    case "one-of":
      return values.allowed.includes(trimmed);
  }
}
