import { z } from "zod";
import {
  durationMillis,
  field,
  fields,
  isYamlMap,
  oneOf,
  optional,
  propertyList,
  text,
  typeName,
  Wrong,
} from "./fields.js";
import { durationForm } from "./duration.js";
import type { KafkaEgressSpec, KafkaIngressSpec, StartupPosition, TopicRoute, TypeName } from "./module.js";
import { topicRoute, routes } from "./routes.js";
import { startupPosition } from "./startup-position.js";
import { DecimalNumber } from "./yaml-scalar.js";
import { describeFound } from "./yaml-source.js";

const addressForm = "the brokers, as host:port, separated by commas";

/** The id of an ingress or egress, in one text. */
export function idText({ namespace, name }: TypeName): string {
  return `${namespace}/${name}`;
}

function autoOffsetReset(value: unknown): "earliest" | "latest" | Wrong {
  const given = typeof value === "string" ? value.toLowerCase() : value;
  return oneOf("earliest", "latest")(given);
}

const ingressFields = fields("an ingress's spec", {
  id: field(typeName("an id")),
  address: optional<string | undefined>(text(addressForm), undefined),
  consumerGroupId: optional<string | undefined>(text("the id of a consumer group"), undefined),
  topics: routes("topics", topicRoute),
  autoOffsetResetPosition: optional<"earliest" | "latest">(autoOffsetReset, "latest"),
  startupPosition: optional<StartupPosition>(
    startupPosition("group-offsets", "earliest", "latest", "specific-offsets", "date"),
    { type: "latest" },
  ),
  properties: optional(propertyList, {}),
});

/** The `spec` of `io.statefun.kafka.v1/ingress`. */
export const kafkaIngress: z.ZodType<KafkaIngressSpec> = ingressFields.transform((spec, context) => {
  const address = spec.address ?? spec.properties["bootstrap.servers"];
  const consumerGroupId = spec.consumerGroupId ?? spec.properties["group.id"];
  if (address === undefined) context.addIssue(missing("address", "bootstrap.servers", addressForm));
  if (consumerGroupId === undefined) {
    context.addIssue(missing("consumerGroupId", "group.id", "the id of a consumer group"));
  }
  if (address === undefined || consumerGroupId === undefined) return z.NEVER;
  return {
    kind: "kafka",
    id: idText(spec.id),
    address,
    consumerGroupId,
    topics: lastOfEachTopic(spec.topics),
    autoOffsetReset: spec.autoOffsetResetPosition,
    startupPosition: spec.startupPosition,
    properties: spec.properties,
  };
});

function missing(
  name: string,
  property: string,
  form: string,
): { code: "custom"; path: string[]; message: string } {
  return {
    code: "custom",
    path: [name],
    message: `found nothing; it must be given, or else the property ${property}: ${form}.`,
  };
}

/** Of a topic that stands twice the last entry counts. */
function lastOfEachTopic(topics: readonly TopicRoute[]): readonly TopicRoute[] {
  return [...new Map(topics.map((entry) => [entry.topic, entry])).values()];
}

type DeliverySemantic = KafkaEgressSpec["deliverySemantic"];

function deliverySemantic(value: unknown): DeliverySemantic | Wrong {
  if (!isYamlMap(value)) return new Wrong("deliverySemantic is a map with a type");
  const type = oneOf("at-least-once", "exactly-once", "none")(value.type);
  if (type instanceof Wrong) {
    return new Wrong(`found ${describeFound(value.type)}; ${type.message}`, ["type"]);
  }
  if (type !== "exactly-once") return { type };
  const [name, millis] =
    value.transactionTimeoutMillis === undefined
      ? (["transactionTimeout", durationMillis(value.transactionTimeout)] as const)
      : (["transactionTimeoutMillis", javaLong(value.transactionTimeoutMillis)] as const);
  const found = `found ${describeFound(value[name])}; `;
  if (millis instanceof Wrong) return new Wrong(`${found}${millis.message}`, [name]);
  if (millis > 0) return { type, transactionTimeoutMillis: millis };
  const shortest = `it must be longer than 0, in whole milliseconds: ${durationForm}`;
  return new Wrong(`${found}${shortest}`, [name]);
}

/** Whole milliseconds as Java reads a `long` out of anything: what is no number is 0. */
function javaLong(value: unknown): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (value instanceof DecimalNumber) return Math.trunc(value.value);
  return typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : 0;
}

/** The `spec` of `io.statefun.kafka.v1/egress`. */
export const kafkaEgress: z.ZodType<KafkaEgressSpec> = fields("an egress's spec", {
  id: field(typeName("an id")),
  address: field(text(`${addressForm} (the property bootstrap.servers does not replace it)`)),
  deliverySemantic: optional<DeliverySemantic>(deliverySemantic, { type: "at-least-once" }),
  properties: optional(propertyList, {}),
}).transform((spec) => ({ ...spec, kind: "kafka", id: idText(spec.id) }));
