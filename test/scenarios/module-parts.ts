import { readModule } from "../../dev/module/read-module.js";
import type { Clock } from "../../dev/runtime/clock.js";
import type { Egress } from "../../dev/runtime/egress/egress.js";
import { kafkaEgress } from "../../dev/runtime/egress/kafka.js";
import type { Ingress } from "../../dev/runtime/ingress/ingress.js";
import { kafkaIngress } from "../../dev/runtime/ingress/kafka.js";
import type { KafkaConnection } from "../../dev/runtime/kafka/kafka-connection.js";
import { endpointsFromSpecs } from "../../dev/runtime/transport/endpoint-from-spec.js";
import type { Endpoint } from "../../dev/runtime/transport/transport.js";
import type { EgressSpec, IngressSpec } from "../../dev/module/module.js";

/** The parts of a runtime that follow from its module. */
export interface ModuleParts {
  readonly endpoints: readonly Endpoint[];
  readonly ingresses: readonly Ingress[];
  readonly egresses: readonly Egress[];
}

/** What a module is run with. */
export interface ModuleSurroundings {
  readonly clock: Clock;
  /** The name of the store. */
  readonly identity: string;
  /** The brokers that an ingress or egress of the module names. */
  readonly connect: (spec: Extract<IngressSpec | EgressSpec, { kind: "kafka" }>) => KafkaConnection;
}

/**
 * The parts that follow from a module file.
 *
 * @throws RuntimeError `invalid-module` if a cluster would refuse it
 */
export function moduleParts(text: string, { clock, identity, connect }: ModuleSurroundings): ModuleParts {
  const { endpoints, ingresses, egresses } = readModule(text, { standalone: true });
  return {
    endpoints: endpointsFromSpecs(endpoints, { clock }),
    ingresses: ingresses.map((spec) => {
      if (spec.kind !== "kafka") throw unexpected(spec.kind);
      return kafkaIngress(spec, connect(spec), { clock });
    }),
    egresses: egresses.map((spec) => {
      if (spec.kind !== "kafka") throw unexpected(spec.kind);
      return kafkaEgress(spec, connect(spec), { identity });
    }),
  };
}

function unexpected(kind: string): Error {
  return new Error(`Modules of scenarios have nothing of the kind ${kind}: teach the replay.`);
}
