import { inputTopic } from "./contract.js";

/** What the module of a run names. */
export interface ModuleParts {
  /** `host:port`. */
  readonly kafka: string;
  readonly functionsPort: number;
  readonly egress: "exactly-once" | "at-least-once";
}

/** The module file of a run. */
export function moduleText({ kafka, functionsPort, egress }: ModuleParts): string {
  return `kind: io.statefun.endpoints.v2/http
spec:
  functions: crash/*
  urlPathTemplate: http://127.0.0.1:${String(functionsPort)}/statefun
---
kind: io.statefun.kafka.v1/ingress
spec:
  id: crash/inputs
  address: ${kafka}
  consumerGroupId: crash
  startupPosition:
    type: earliest
  topics:
    - topic: ${inputTopic}
      valueType: crash/Input
      targets:
        - crash/account
---
kind: io.statefun.kafka.v1/egress
spec:
  id: crash/outcomes
  address: ${kafka}
  deliverySemantic:
    type: ${egress}
${egress === "exactly-once" ? "    transactionTimeout: 5min\n" : ""}`;
}
