/** A JSON Schema, as far as it is read here: unknown keywords are left to whoever validates the sample. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** How deep a sample may nest: schemas that refer to themselves must end somewhere. */
const deepest = 8;

/** A text for each format that JSON Schema names and people use. */
const formatted: Readonly<Record<string, string>> = {
  email: "ada@example.com",
  uri: "https://example.com/",
  url: "https://example.com/",
  uuid: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  time: "12:00:00Z",
  duration: "PT1H",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  hostname: "example.com",
};

/** A value that a schema describes, as small as it may be; it can still be refused, by a pattern for example. */
export function sampleOf(schema: JsonSchema): unknown {
  return sample(schema, schema, 0);
}

function sample(given: unknown, root: JsonSchema, depth: number): unknown {
  const schema = resolved(given, root);
  if (depth > deepest) return null;
  if ("const" in schema) return schema.const;
  const [first] = [...list(schema.examples), ...list(schema.enum)];
  if (first !== undefined) return first;
  if ("default" in schema) return schema.default;
  const [choice] = [...list(schema.anyOf), ...list(schema.oneOf)];
  if (choice !== undefined) return sample(choice, root, depth + 1);
  const type = list(schema.type).find((name) => name !== "null") ?? schema.type;
  switch (type) {
    case "object":
      return objectSample(schema, root, depth);
    case "array":
      return arraySample(schema, root, depth);
    case "string":
      return textSample(schema);
    case "integer":
    case "number":
      return numberSample(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "properties" in schema ? objectSample(schema, root, depth) : "Ada";
  }
}

/** The schema itself: references within the document followed, the parts of `allOf` put together. */
function resolved(given: unknown, root: JsonSchema): JsonSchema {
  let schema = record(given);
  for (let hops = 0; typeof schema.$ref === "string" && hops < deepest; hops++) {
    const path = schema.$ref.replace(/^#\/?/, "").split("/");
    schema = path
      .filter((part) => part !== "")
      .reduce<JsonSchema>((at, part) => record(at[part.replaceAll("~1", "/").replaceAll("~0", "~")]), root);
  }
  return list(schema.allOf).reduce<JsonSchema>((whole, part) => {
    const more = resolved(part, root);
    return {
      ...whole,
      ...more,
      properties: { ...record(whole.properties), ...record(more.properties) },
      required: [...list(whole.required), ...list(more.required)],
    };
  }, schema);
}

function objectSample(schema: JsonSchema, root: JsonSchema, depth: number): unknown {
  const properties = record(schema.properties);
  const required = new Set(list(schema.required));
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => required.has(key))
      .map(([key, value]) => [key, sample(value, root, depth + 1)]),
  );
}

function arraySample(schema: JsonSchema, root: JsonSchema, depth: number): unknown {
  const fixed = list(schema.prefixItems);
  const length = Math.max(number(schema.minItems) ?? 0, fixed.length);
  return Array.from({ length }, (_, at) => sample(fixed[at] ?? schema.items, root, depth + 1));
}

function textSample(schema: JsonSchema): string {
  const text = formatted[String(schema.format)] ?? "Ada";
  const atLeast = number(schema.minLength) ?? 0;
  const atMost = number(schema.maxLength) ?? Infinity;
  const padded = text.length >= atLeast ? text : text.padEnd(atLeast, "a");
  return padded.length <= atMost ? padded : padded.slice(0, atMost);
}

function numberSample(schema: JsonSchema): number {
  const step = number(schema.multipleOf) ?? 1;
  const above = number(schema.exclusiveMinimum);
  const from = number(schema.minimum) ?? (above === undefined ? undefined : above + step);
  const to = number(schema.maximum) ?? number(schema.exclusiveMaximum);
  const least = Math.ceil((from ?? 1) / step) * step;
  return to !== undefined && least > to ? Math.floor(to / step) * step : least;
}

function record(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null ? (value as JsonSchema) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
