/** The two parts of a typename. */
export interface TypeName {
  /** Before the slash. */
  readonly namespace: string;
  /** Behind the slash. */
  readonly name: string;
}

/** A module file, checked: what it says, with every default filled in. */
export interface Module {
  /** Where functions answer. */
  readonly endpoints: readonly EndpointSpec[];
  /** The ways in. */
  readonly ingresses: readonly IngressSpec[];
  /** The ways out. */
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
  /** From so many messages waiting for one address on, ingresses pause. */
  readonly maxNumBatchRequests: number;
  /** How the functions are called. */
  readonly transport: TransportSpec;
}

/**
 * Which transport, and its properties as written: a cluster looks at them when the first message for a function type
 * arrives, and so does the runtime.
 */
export interface TransportSpec {
  /** The short name of the transport. */
  readonly type: "async" | "okhttp";
  /** Beside `type`, as written. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** One topic of a Kafka ingress. */
export interface TopicRoute {
  /** The name of the topic. */
  readonly topic: string;
  /** The typename of each message; any text. */
  readonly valueType: string;
  /** The functions that get each record. */
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
  /** Tells it from the other ingresses. */
  readonly kind: "kafka";
  /** `<namespace>/<name>` */
  readonly id: string;
  /** Comma-separated `host:port`. */
  readonly address: string;
  /** The group whose offsets are meant. */
  readonly consumerGroupId: string;
  /** What is read, and where it goes. */
  readonly topics: readonly TopicRoute[];
  /** Where reading goes on if a position is out of range. */
  readonly autoOffsetReset: "earliest" | "latest" | "none";
  /** Where reading begins without a stored position. */
  readonly startupPosition: StartupPosition;
  /** Consumer properties as written. */
  readonly properties: Readonly<Record<string, string>>;
}

/** `io.statefun.playground.v1/ingress`. */
export interface PlaygroundIngressSpec {
  /** Tells it from the other ingresses. */
  readonly kind: "playground";
  /** Always `io.statefun.playground/ingress`. */
  readonly id: string;
  /** The port of its HTTP server; 0 for any free one. */
  readonly port: number;
}

/** Any ingress of a module. */
export type IngressSpec = KafkaIngressSpec | PlaygroundIngressSpec;

/** `io.statefun.kafka.v1/egress`. */
export interface KafkaEgressSpec {
  /** Tells it from the other egresses. */
  readonly kind: "kafka";
  /** `<namespace>/<name>` */
  readonly id: string;
  /** Comma-separated `host:port`. */
  readonly address: string;
  /** What is promised about records after a failure. */
  readonly deliverySemantic:
    | { readonly type: "at-least-once" | "none" }
    | { readonly type: "exactly-once"; readonly transactionTimeoutMillis: number };
  /** Producer properties as written. */
  readonly properties: Readonly<Record<string, string>>;
}

/** `io.statefun.playground.v1/egress`. */
export interface PlaygroundEgressSpec {
  /** Tells it from the other egresses. */
  readonly kind: "playground";
  /** Always `io.statefun.playground/egress`. */
  readonly id: string;
  /** The port of its HTTP server; 0 for any free one. */
  readonly port: number;
  /** The topics that records may go to. */
  readonly topics: readonly string[];
}

/** Any egress of a module. */
export type EgressSpec = KafkaEgressSpec | PlaygroundEgressSpec;
