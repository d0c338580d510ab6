import { stringify } from "yaml";
import { durationText } from "./duration.js";
import { kinds, transportTypes } from "./kinds.js";
import type {
  EgressSpec,
  EndpointSpec,
  IngressSpec,
  KafkaEgressSpec,
  KafkaIngressSpec,
  Module,
  StartupPosition,
} from "./module.js";
import { startDateText } from "./start-date.js";

/** What `maxNumBatchRequests` is without being written. */
const defaultMaxNumBatchRequests = 1000;

/** One document of a file: a comment, and the component. */
interface Component {
  readonly comment: string;
  readonly kind: string;
  readonly spec: object;
}

/**
 * A module as the text of a module file, with a comment on each document. It is read again as the same module, by
 * clusters too; what is as by default is not written.
 */
export function moduleText(module: Omit<Module, "warnings">): string {
  const components = [
    ...module.endpoints.map(endpoint),
    ...module.ingresses.map(ingress),
    ...module.egresses.map(egress),
  ];
  return components.map(documentText).join("---\n");
}

function documentText({ comment, kind, spec }: Component): string {
  // A cluster reads YAML 1.1, to which `yes` and `010` are more than text: such texts are quoted.
  const yaml = stringify({ kind, spec }, { compat: "yaml-1.1", aliasDuplicateObjects: false, lineWidth: 0 });
  return `# ${comment}\n${yaml}`;
}

function endpoint({ functions, urlPathTemplate, maxNumBatchRequests, transport }: EndpointSpec): Component {
  const { namespace, name } = functions;
  const whose = name === undefined ? `all functions of the namespace ${namespace}` : `${namespace}/${name}`;
  const plain = transport.type === "async" && Object.keys(transport.properties).length === 0;
  return {
    comment: `Where ${whose} answer${name === undefined ? "" : "s"}.`,
    kind: kinds.endpointV2,
    spec: {
      functions: `${namespace}/${name ?? "*"}`,
      urlPathTemplate,
      ...(maxNumBatchRequests === defaultMaxNumBatchRequests ? {} : { maxNumBatchRequests }),
      ...(plain ? {} : { transport: { type: transportTypes[transport.type], ...transport.properties } }),
    },
  };
}

function ingress(spec: IngressSpec): Component {
  return spec.kind === "kafka"
    ? kafkaIngress(spec)
    : {
        comment: `HTTP requests to /<namespace>/<name>/<id> are messages to that address.`,
        kind: kinds.playgroundIngress,
        spec: { port: spec.port },
      };
}

function kafkaIngress(spec: KafkaIngressSpec): Component {
  const { id, address, consumerGroupId, topics, autoOffsetReset, startupPosition, properties } = spec;
  return {
    comment:
      "Kafka records that become messages: the key is the id of the address, the value the message, of the type valueType.",
    kind: kinds.kafkaIngress,
    spec: {
      id,
      address,
      consumerGroupId,
      ...(startupPosition.type === "latest" ? {} : { startupPosition: position(startupPosition) }),
      ...(autoOffsetReset === "latest" ? {} : { autoOffsetResetPosition: autoOffsetReset }),
      topics: topics.map(({ topic, valueType, targets }) => ({
        topic,
        valueType,
        targets: targets.map(({ namespace, name }) => `${namespace}/${name}`),
      })),
      ...propertyList(properties),
    },
  };
}

function position(startup: StartupPosition): object {
  if (startup.type === "date") return { type: startup.type, date: startDateText(startup.epochMillis) };
  if (startup.type !== "specific-offsets") return startup;
  const offsets = startup.offsets.map(({ topic, partition, offset }) => ({
    [`${topic}/${String(partition)}`]: offset,
  }));
  return { type: startup.type, offsets };
}

function egress(spec: EgressSpec): Component {
  return spec.kind === "kafka"
    ? kafkaEgress(spec)
    : {
        comment: `GET /<topic> takes the next record of a topic.`,
        kind: kinds.playgroundEgress,
        spec: { port: spec.port, topics: spec.topics },
      };
}

const promises = {
  "exactly-once": "exactly once: readers that read committed see each record once",
  "at-least-once": "at least once: a record may be there twice after a failure",
  none: "without a promise: records may be lost, or be there twice",
};

function kafkaEgress({ id, address, deliverySemantic, properties }: KafkaEgressSpec): Component {
  const semantic =
    deliverySemantic.type === "exactly-once"
      ? {
          type: deliverySemantic.type,
          transactionTimeout: durationText(deliverySemantic.transactionTimeoutMillis),
        }
      : { type: deliverySemantic.type };
  return {
    comment: `Records to Kafka, ${promises[deliverySemantic.type]}.`,
    kind: kinds.kafkaEgress,
    spec: { id, address, deliverySemantic: semantic, ...propertyList(properties) },
  };
}

function propertyList(properties: Readonly<Record<string, string>>): object {
  const entries = Object.entries(properties);
  return entries.length === 0 ? {} : { properties: entries.map(([key, value]) => ({ [key]: value })) };
}
