import { join } from "node:path";
import type { KafkaEgressSpec, KafkaIngressSpec, Module } from "../module/module.js";
import type { Clock } from "./clock.js";
import type { Counters } from "./counters.js";
import type { Egress } from "./egress/egress.js";
import { playgroundEgress } from "./egress/playground.js";
import type { Ingress } from "./ingress/ingress.js";
import { playgroundIngress } from "./ingress/playground.js";
import type { JournalListener } from "./journal-entry.js";
import type { KafkaConnection } from "./kafka/kafka-connection.js";
import type { OutageListener } from "./kafka/outages.js";
import { endpointsFromSpecs } from "./transport/endpoint-from-spec.js";
import type { HttpOptions } from "./transport/endpoint-from-spec.js";
import type { Endpoint } from "./transport/transport.js";

/** What the parts of a module are made with. */
export interface ModuleContext {
  readonly clock: Clock;
  readonly addressMap: ReadonlyMap<string, string> | undefined;
  readonly kafka: ((spec: KafkaIngressSpec | KafkaEgressSpec) => Promise<KafkaConnection>) | undefined;
  /** The name of the store. */
  readonly identity: string;
  /** Where files may be kept; `undefined` if nothing is to survive the process. */
  readonly dataFolder: string | undefined;
  readonly counters: Counters;
  /** Hears of outages. */
  readonly journal: JournalListener;
}

/** Listens as the Apache playground does: on every interface, as its module files expect. */
const playgroundHost = "0.0.0.0";

/** The endpoints of a module, without those for typenames that `own` serves. */
export function moduleEndpoints(
  module: Module | undefined,
  own: readonly Endpoint[],
  options: HttpOptions,
): readonly Endpoint[] {
  const served = new Set(own.map(({ functions: { namespace, name } }) => `${namespace}/${name ?? "*"}`));
  const specs = (module?.endpoints ?? []).filter(
    ({ functions: { namespace, name } }) => !served.has(`${namespace}/${name ?? "*"}`),
  );
  return specs.length === 0 ? [] : endpointsFromSpecs(specs, options);
}

/**
 * The ingresses of a module.
 *
 * @throws RuntimeError `unsupported` or `invalid-module` (as a rejection) if a property cannot be honoured
 */
export async function moduleIngresses(
  module: Module | undefined,
  context: ModuleContext,
): Promise<Ingress[]> {
  return Promise.all(
    (module?.ingresses ?? []).map(async (spec) => {
      if (spec.kind === "playground") {
        return playgroundIngress({ id: spec.id, port: spec.port, host: playgroundHost });
      }
      const { kafkaIngress } = await import("./ingress/kafka.js");
      const ingress = kafkaIngress(spec, await connectionFor(spec, context), {
        clock: context.clock,
        outages: ingressOutages(spec.id, context),
      });
      context.counters.ingress(spec.id).measureLag = () => ingress.lag;
      return ingress;
    }),
  );
}

/**
 * The egresses of a module, without those whose id is among `given`.
 *
 * @throws RuntimeError `unsupported` or `invalid-module` (as a rejection) if a property cannot be honoured
 */
export async function moduleEgresses(
  module: Module | undefined,
  context: ModuleContext,
  given: ReadonlySet<string>,
): Promise<Egress[]> {
  const { identity, dataFolder } = context;
  return Promise.all(
    (module?.egresses ?? [])
      .filter(({ id }) => !given.has(id))
      .map(async (spec) => {
        if (spec.kind === "playground") {
          const { id, port, topics } = spec;
          const file = dataFolder === undefined ? undefined : join(dataFolder, "playground-egress.log");
          return playgroundEgress({ id, port, topics, file, host: playgroundHost });
        }
        const { kafkaEgress } = await import("./egress/kafka.js");
        return kafkaEgress(spec, await connectionFor(spec, context), {
          identity,
          outages: egressOutages(spec.id, context),
        });
      }),
  );
}

function ingressOutages(ingress: string, { counters, journal }: ModuleContext): OutageListener {
  const counted = counters.ingress(ingress);
  return {
    failed(error, isNews) {
      counted.failures++;
      if (isNews) journal({ kind: "ingress-failed", ingress, error });
    },
    recovered() {
      journal({ kind: "ingress-recovered", ingress });
    },
  };
}

/** For an egress that promises nothing: it fails in silence, where others are asked to deliver again. */
function egressOutages(egress: string, { counters, journal }: ModuleContext): OutageListener {
  const counted = counters.egress(egress);
  return {
    failed(error, isNews) {
      counted.failures++;
      if (isNews) journal({ kind: "egress-failed", egress, error });
    },
    recovered() {
      journal({ kind: "egress-recovered", egress });
    },
  };
}

/** Kafka's code is loaded only where a module names it: most first runs do not, and should not wait for it. */
async function connectionFor(
  spec: KafkaIngressSpec | KafkaEgressSpec,
  { kafka, addressMap }: ModuleContext,
): Promise<KafkaConnection> {
  if (kafka !== undefined) return kafka(spec);
  const { connectionSettings } = await import("../module/kafka-settings.js");
  const { kafkaClient } = await import("./kafka/kafka-client.js");
  const settings = "topics" in spec ? connectionSettings(spec) : connectionSettings(spec);
  return kafkaClient(settings, addressMap);
}
