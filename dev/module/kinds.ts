/** The kinds of components, in full. */
export const kinds = {
  endpointV1: "io.statefun.endpoints.v1/http",
  endpointV2: "io.statefun.endpoints.v2/http",
  kafkaIngress: "io.statefun.kafka.v1/ingress",
  kafkaEgress: "io.statefun.kafka.v1/egress",
  kinesisIngress: "io.statefun.kinesis.v1/ingress",
  kinesisEgress: "io.statefun.kinesis.v1/egress",
  playgroundIngress: "io.statefun.playground.v1/ingress",
  playgroundEgress: "io.statefun.playground.v1/egress",
} as const;

/** The kind of a component. */
export type Kind = (typeof kinds)[keyof typeof kinds];

/** The short names of the format 3.0; anything else there is a kind in full. */
export const legacyKinds: Readonly<Record<string, Kind>> = {
  http: kinds.endpointV1,
  "io.statefun.kafka/ingress": kinds.kafkaIngress,
  "io.statefun.kafka/egress": kinds.kafkaEgress,
  "io.statefun.kinesis/ingress": kinds.kinesisIngress,
  "io.statefun.kinesis/egress": kinds.kinesisEgress,
};

/** The values of `transport.type`. */
export const transportTypes = {
  async: "io.statefun.transports.v1/async",
  okhttp: "io.statefun.transports.v1/okhttp",
} as const;

/** What the one playground ingress and the one playground egress of a module are called. */
export const playgroundIds = {
  ingress: "io.statefun.playground/ingress",
  egress: "io.statefun.playground/egress",
} as const;
