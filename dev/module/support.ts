import { kinds, transportTypes } from "./kinds.js";

/** What the embedded runtime does with a kind, or with one of its fields. */
export interface Support {
  /** The kind of the component, or the type of the transport. */
  readonly kind: string;
  /** Within `spec` (or `transport`): `topics[].topic` is a field of each entry of `topics`. Empty: the kind itself. */
  readonly field: string;
  /**
   * `honoured`: as on a cluster, or with the difference that `because` names. `refused`: the module is refused by
   * name. `ignored`: it has no effect, here and on a cluster, and a warning says so.
   */
  readonly use: "honoured" | "refused" | "ignored";
  /** For people: a clause without a full stop; it may be empty. */
  readonly because: string;
}

type Rows = Readonly<Record<string, string>>;

function honoured(kind: string, rows: Rows): readonly Support[] {
  return Object.entries(rows).map(([field, because]) => ({ kind, field, use: "honoured", because }));
}

function ignored(kind: string, rows: Rows): readonly Support[] {
  return Object.entries(rows).map(([field, because]) => ({ kind, field, use: "ignored", because }));
}

function refused(kind: string, fields: readonly string[]): readonly Support[] {
  const because =
    "the embedded runtime has no Kinesis; run this module on a cluster, or read and write Kafka";
  return fields.map((field) => ({ kind, field, use: "refused", because }));
}

const kinesisFields = [
  "",
  "id",
  "awsRegion",
  "awsRegion.type",
  "awsRegion.id",
  "awsRegion.endpoint",
  "awsCredentials",
  "awsCredentials.type",
  "awsCredentials.accessKeyId",
  "awsCredentials.secretAccessKey",
  "awsCredentials.profileName",
  "awsCredentials.profilePath",
  "clientConfigProperties",
];

/** Every kind and field that a module can have. What is not in here is no field, and a warning says so. */
export const support: readonly Support[] = [
  ...honoured(kinds.endpointV2, {
    "": "",
    functions: "one function, or all of a namespace; the exact endpoint wins",
    urlPathTemplate: "looked at when the first message for a function arrives",
    maxNumBatchRequests: "from so many messages waiting for one address on, ingresses pause; 1000 if absent",
    transport: "properties are looked at when the first message for a function arrives",
    "transport.type": "async if absent",
  }),
  ...honoured(transportTypes.async, {
    "": "HTTP/1.1, or HTTPS",
    call: "the budget of a call with all its attempts; 2min if absent",
    connect: "how long connecting, or waiting for a free connection, may take; 20s if absent",
    pool_ttl: "how long a connection is used again; 15s if absent",
    pool_size: "the most connections for a function type; 1024 if absent",
    payload_max_bytes: "the largest response; 33554432 if absent",
    trust_cacerts: "a PEM file of trusted certificates; those of Node if absent (a cluster: those of Java)",
    client_cert: "a PEM file of the client's certificate",
    client_key: "a PEM file of its private key",
    client_key_password: "a file whose content is the password of the key",
    timeouts: "the old form of call and connect; it wins over them",
    "timeouts.call": "1min if absent and `timeouts` is there",
    "timeouts.connect": "10s if absent and `timeouts` is there",
  }),
  ...ignored(transportTypes.async, {
    "timeouts.read": "the transport async has no such timeout",
    "timeouts.write": "the transport async has no such timeout",
  }),
  ...honoured(transportTypes.okhttp, {
    "": "HTTP/1.1, HTTPS, or a Unix socket",
    timeouts: "",
    "timeouts.call": "the longest attempt, and how long attempts are repeated; 1min if absent",
    "timeouts.connect": "10s if absent; at most `call`",
    "timeouts.read": "10s if absent; at most `call`",
    "timeouts.write": "10s if absent; at most `call`",
  }),
  ...honoured(kinds.endpointV1, {
    "": "always with the transport okhttp",
    functions: "as in v2; must be text",
    urlPathTemplate: "as in v2; must be text",
    maxNumBatchRequests: "as in v2; without quotes",
    timeouts: "as the transport okhttp has it",
    "timeouts.call": "",
    "timeouts.connect": "",
    "timeouts.read": "",
    "timeouts.write": "",
  }),
  ...ignored(kinds.endpointV1, {
    transport: "endpoints v1 always use okhttp; its `timeouts` stand beside `functions`",
  }),
  ...honoured(kinds.kafkaIngress, {
    "": "",
    id: "<namespace>/<name>, once among ingresses",
    address: "the brokers; or the property bootstrap.servers",
    consumerGroupId: "or the property group.id",
    topics: "at least one; of a topic that stands twice the last entry counts",
    "topics[].topic": "",
    "topics[].valueType": "the typename of each message; any text",
    "topics[].targets": "the functions that get each record; none: records are dropped",
    autoOffsetResetPosition: "earliest or latest, in any letter case; latest if absent",
    startupPosition: "where reading begins without a stored position; latest if absent",
    "startupPosition.type": "group-offsets, earliest, latest, specific-offsets or date",
    "startupPosition.offsets": "for specific-offsets: a list of `- topic/partition: offset`",
    "startupPosition.date": "for date: yyyy-MM-dd HH:mm:ss.SSS +0000",
    properties: "each key has its effect, is ignored with a warning, or is refused: see below",
  }),
  ...honoured(kinds.kafkaEgress, {
    "": "",
    id: "<namespace>/<name>, once among egresses",
    address: "the brokers",
    deliverySemantic: "at-least-once if absent",
    "deliverySemantic.type": "at-least-once, exactly-once or none",
    "deliverySemantic.transactionTimeout": "for exactly-once; the brokers' limit is 15min by default",
    "deliverySemantic.transactionTimeoutMillis": "the old form, in milliseconds; it wins",
    properties: "each key has its effect, is ignored with a warning, or is refused: see below",
  }),
  ...honoured(kinds.playgroundIngress, {
    "": "at most one; its id is io.statefun.playground/ingress",
    port: "an HTTP server on it; 0: any free port",
  }),
  ...honoured(kinds.playgroundEgress, {
    "": "at most one; its id is io.statefun.playground/egress",
    port: "an HTTP server on it; 0: any free port",
    topics: "the topics that records may go to",
  }),
  ...refused(kinds.kinesisIngress, [
    ...kinesisFields,
    "startupPosition",
    "startupPosition.type",
    "startupPosition.date",
    "streams",
    "streams[].stream",
    "streams[].valueType",
    "streams[].targets",
  ]),
  ...refused(kinds.kinesisEgress, [...kinesisFields, "maxOutstandingRecords"]),
];

/** What the table says about a field of a kind. */
export function supportOf(kind: string, field: string): Support | undefined {
  return support.find((row) => row.kind === kind && row.field === field);
}

/** The names of the fields directly under one, for hints. */
export function fieldsUnder(kind: string, field: string): readonly string[] {
  const prefix = field === "" ? "" : `${field}.`;
  return support
    .filter((row) => row.kind === kind && row.field !== "" && row.field.startsWith(prefix))
    .map((row) => row.field.slice(prefix.length))
    .filter((name) => !name.includes("."));
}
