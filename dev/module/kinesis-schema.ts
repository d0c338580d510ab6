import type { z } from "zod";
import {
  field,
  fields,
  isYamlMap,
  looseWhole,
  oneOf,
  optional,
  propertyList,
  text,
  typeName,
  Wrong,
} from "./fields.js";
import type { StartupPosition } from "./module.js";
import { idText } from "./kafka-schema.js";
import { routes, streamRoute } from "./routes.js";
import { startupPosition } from "./startup-position.js";
import { describeFound } from "./yaml-source.js";

/** What is kept of a Kinesis ingress or egress: it is checked like the others, and then refused. */
export interface KinesisSpec {
  readonly id: string;
}

/** Which fields go with each `type` of a map. */
type Choices = Readonly<Record<string, readonly string[]>>;

/** A map with a type, each of which needs some fields. */
function choice(what: string, choices: Choices): (value: unknown) => string | Wrong {
  return (value) => {
    if (!isYamlMap(value)) return new Wrong(`${what} is a map with a type`);
    const type = oneOf(...Object.keys(choices))(value.type);
    if (type instanceof Wrong)
      return new Wrong(`found ${describeFound(value.type)}; ${type.message}`, ["type"]);
    for (const name of choices[type] ?? []) {
      const given = text(`${name} of the type ${type}`)(value[name]);
      if (given instanceof Wrong)
        return new Wrong(`found ${describeFound(value[name])}; ${given.message}`, [name]);
    }
    const endpoint = value.endpoint;
    if (type === "custom-endpoint" && !/^https:\/\//i.test(String(endpoint))) {
      return new Wrong(`found ${describeFound(endpoint)}; the endpoint must be an https URL`, ["endpoint"]);
    }
    return type;
  };
}

const awsRegion = optional(
  choice("awsRegion", { default: [], specific: ["id"], "custom-endpoint": ["endpoint", "id"] }),
  "default",
);

const awsCredentials = optional(
  choice("awsCredentials", {
    default: [],
    basic: ["accessKeyId", "secretAccessKey"],
    profile: ["profileName"],
  }),
  "default",
);

function outstanding(value: unknown): number | Wrong {
  const records = looseWhole(value);
  return records instanceof Wrong || records > 0 ? records : new Wrong("it must be larger than 0");
}

/** How many records a Kinesis egress of a cluster may have under way. */
const defaultMaxOutstandingRecords = 1000;

/** The `spec` of `io.statefun.kinesis.v1/ingress`. */
export const kinesisIngress: z.ZodType<KinesisSpec> = fields("an ingress's spec", {
  id: field(typeName("an id")),
  awsRegion,
  awsCredentials,
  startupPosition: optional<StartupPosition>(startupPosition("earliest", "latest", "date"), {
    type: "latest",
  }),
  streams: routes("streams", streamRoute),
  clientConfigProperties: optional(propertyList, {}),
}).transform(({ id }) => ({ id: idText(id) }));

/** The `spec` of `io.statefun.kinesis.v1/egress`. */
export const kinesisEgress: z.ZodType<KinesisSpec> = fields("an egress's spec", {
  id: field(typeName("an id")),
  awsRegion,
  awsCredentials,
  maxOutstandingRecords: optional(outstanding, defaultMaxOutstandingRecords),
  clientConfigProperties: optional(propertyList, {}),
}).transform(({ id }) => ({ id: idText(id) }));
