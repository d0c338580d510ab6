import { greetingsId, personTypename } from "./greeter.js";
import { stringTypename } from "./string-value.js";

/** The module that our runtime and Flink run alike. */
export function moduleText(kafka: string, functions: string, topics: readonly string[]): string {
  const topicLines = topics.map(
    (topic) => `    - topic: ${topic}
      valueType: ${stringTypename}
      targets:
        - ${personTypename}
`,
  );
  return `kind: io.statefun.endpoints.v2/http
spec:
  functions: bench/*
  urlPathTemplate: http://${functions}/statefun
---
kind: io.statefun.kafka.v1/ingress
spec:
  id: bench/names
  address: ${kafka}
  consumerGroupId: bench-${topics.join("-")}
  startupPosition:
    type: earliest
  topics:
${topicLines.join("")}---
kind: io.statefun.kafka.v1/egress
spec:
  id: ${greetingsId}
  address: ${kafka}
  deliverySemantic:
    type: exactly-once
    transactionTimeout: 15min
`;
}
