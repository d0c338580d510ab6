import { greetingsId, personTypename } from "./greeter.js";
import { stringTypename } from "./string-value.js";

/** The module that our runtime and Flink run alike. */
export function moduleText(kafka: string, functions: string, topic: string): string {
  return `kind: io.statefun.endpoints.v2/http
spec:
  functions: bench/*
  urlPathTemplate: http://${functions}/statefun
---
kind: io.statefun.kafka.v1/ingress
spec:
  id: bench/names
  address: ${kafka}
  consumerGroupId: bench-${topic}
  startupPosition:
    type: earliest
  topics:
    - topic: ${topic}
      valueType: ${stringTypename}
      targets:
        - ${personTypename}
---
kind: io.statefun.kafka.v1/egress
spec:
  id: ${greetingsId}
  address: ${kafka}
  deliverySemantic:
    type: exactly-once
    transactionTimeout: 15min
`;
}
