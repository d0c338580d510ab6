/** The two parts of a typename. */
export interface TypeName {
  readonly namespace: string;
  readonly name: string;
}

/** A module file, checked: what it says, with every default filled in. */
export interface Module {
  readonly endpoints: readonly EndpointSpec[];
  readonly ingresses: readonly IngressSpec[];
  readonly egresses: readonly EgressSpec[];
  /** What a cluster accepts but the author probably did not mean, one sentence each. */
  readonly warnings: readonly string[];
}

/** `io.statefun.endpoints.v2/http` or `v1`. */
export interface EndpointSpec {
  /** The functions it serves; without a name all of the namespace. */
  readonly functions: { readonly namespace: string; readonly name: string | undefined };
  /** As written; `{function.name}` is replaced when a function type is first used. */
  readonly urlPathTemplate: string;
  readonly maxNumBatchRequests: number;
  readonly transport: TransportSpec;
}

/**
 * Which transport, and its properties as written: a cluster looks at them when the first message for a function type
 * arrives, and so does the runtime.
 */
export interface TransportSpec {
  readonly type: "async" | "okhttp";
  readonly properties: Readonly<Record<string, unknown>>;
}

/** One topic of a Kafka ingress. */
export interface TopicRoute {
  readonly topic: string;
  /** The typename of each message; any text. */
  readonly valueType: string;
  readonly targets: readonly TypeName[];
}

/** Where a Kafka ingress without a stored position begins. */
export type StartupPosition =
  | { readonly type: "group-offsets" | "earliest" | "latest" }
  | {
      readonly type: "specific-offsets";
      readonly offsets: readonly {
        readonly topic: string;
        readonly partition: number;
        readonly offset: bigint;
      }[];
    }
  | { readonly type: "date"; readonly epochMillis: number };

/** `io.statefun.kafka.v1/ingress`. */
export interface KafkaIngressSpec {
  readonly kind: "kafka";
  readonly id: string;
  /** Comma-separated `host:port`. */
  readonly address: string;
  readonly consumerGroupId: string;
  readonly topics: readonly TopicRoute[];
  readonly autoOffsetReset: "earliest" | "latest" | "none";
  readonly startupPosition: StartupPosition;
  /** Consumer properties as written. */
  readonly properties: Readonly<Record<string, string>>;
}

/** `io.statefun.playground.v1/ingress`. */
export interface PlaygroundIngressSpec {
  readonly kind: "playground";
  readonly id: string;
  readonly port: number;
}

/** Any ingress of a module. */
export type IngressSpec = KafkaIngressSpec | PlaygroundIngressSpec;

/** `io.statefun.kafka.v1/egress`. */
export interface KafkaEgressSpec {
  readonly kind: "kafka";
  readonly id: string;
  readonly address: string;
  readonly deliverySemantic:
    | { readonly type: "at-least-once" | "none" }
    | { readonly type: "exactly-once"; readonly transactionTimeoutMillis: number };
  /** Producer properties as written. */
  readonly properties: Readonly<Record<string, string>>;
}

/** `io.statefun.playground.v1/egress`. */
export interface PlaygroundEgressSpec {
  readonly kind: "playground";
  readonly id: string;
  readonly port: number;
  readonly topics: readonly string[];
}

/** Any egress of a module. */
export type EgressSpec = KafkaEgressSpec | PlaygroundEgressSpec;
