import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Ajv2020, type AnySchema } from "ajv/dist/2020.js";
import { eventually } from "../eventually.js";
import { readEvents } from "./api/events.js";
import { Add, Cart, Poison, Remind, servedRuntime, type ServedRuntime } from "./api/served-runtime.js";

interface Answer {
  readonly content: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let served: ServedRuntime;
let document: Document;
let ajv: Ajv2020;

beforeEach(async () => {
  served = await servedRuntime();
  document = (await (await served.get("/api/v1/openapi.json")).json()) as Document;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(closed(document) as AnySchema, "document");
});

afterEach(async () => {
  await served.close();
});

/** Every object closed: what an answer has and the document does not say is an error here. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const parts = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part)]));
  return "properties" in parts ? { additionalProperties: false, ...parts } : parts;
}

/** What is wrong with `body` as the answer to an operation. */
function wrong(path: string, method: string, status: number, type: string, body: unknown): readonly string[] {
  const answer = document.paths[path]?.[method]?.responses[status];
  if (answer === undefined) return [`${method} ${path} does not tell of ${status.toString()}`];
  const schema = answer.content[type]?.schema;
  if (schema === undefined) return [`${method} ${path} does not tell of ${type}`];
  // A schema without a name is that of a text.
  const check = schema.$ref === undefined ? ajv.compile(schema) : ajv.getSchema(`document${schema.$ref}`);
  if (check === undefined) return [`the document has no ${schema.$ref ?? "schema"}`];
  check(body);
  return (check.errors ?? []).map(({ instancePath, message }) => `${path}${instancePath} ${message ?? ""}`);
}

async function answered(path: string, response: Response): Promise<readonly string[]> {
  const type = (response.headers.get("content-type") ?? "").replace(/;.*/, "");
  const body: unknown = type.endsWith("json") ? await response.json() : await response.text();
  return wrong(path, "get", response.status, type, body);
}

async function busyRuntime(): Promise<void> {
  const { runtime } = served;
  runtime.send(Cart.address("alice"), Add({ sku: "tea" }));
  runtime.send(Cart.address("bob"), Remind({ after: 60_000 }));
  await runtime.idle();
  runtime.send(Cart.address("alice"), Add({ sku: "coffee" }));
  runtime.send(Cart.address("carol"), Poison({}));
  await runtime.idle();
  await runtime.advance({ minutes: 3 });
}

const cart = "typename=shop/cart&id=";

/** For each operation that reads, requests that are answered in the ways that it has. */
const reads: Readonly<Record<string, readonly (readonly [query: string, status: number])[]>> = {
  "/healthz": [["", 200]],
  "/metrics": [["", 200]],
  "/api/v1/status": [
    ["", 200],
    ["?nothing=1", 400],
  ],
  "/api/v1/functions": [["", 200]],
  "/api/v1/counters": [["", 200]],
  "/api/v1/openapi.json": [["", 200]],
  "/api/v1/addresses": [
    ["", 200],
    ["?typename=shop/cart&idPrefix=a&limit=1", 200],
    ["?cursor=nonsense", 400],
    ["?limit=0", 400],
  ],
  "/api/v1/address": [
    [`?${cart}alice`, 200],
    [`?${cart}carol`, 200],
    [`?${cart}nobody`, 404],
    ["", 400],
  ],
  "/api/v1/address/mailbox": [
    [`?${cart}carol`, 200],
    [`?${cart}nobody`, 200],
  ],
  "/api/v1/delayed-messages": [
    ["", 200],
    [`?${cart}bob`, 200],
    ["?id=bob", 400],
  ],
  "/api/v1/egress/outbox": [
    ["?egress=shop/orders", 200],
    ["?egress=shop/none", 404],
  ],
  "/api/v1/egress/delivered": [
    ["?egress=shop/orders&maxValueBytes=5", 200],
    ["?egress=shop/none", 404],
  ],
  "/api/v1/quarantine": [["", 200]],
  "/api/v1/journal": [
    ["?limit=1000", 200],
    [`?after=0&${cart}alice&maxValueBytes=3`, 200],
    ["?kinds=reply,stopped", 200],
    ["?kinds=nonsense", 400],
    ["?after=nonsense", 400],
  ],
  "/api/v1/journal/entry": [["?entry=0", 404]],
};

describe("the OpenAPI document", () => {
  test("tells what every operation that reads really answers", async () => {
    await busyRuntime();

    const problems: string[] = [];
    for (const [path, requests] of Object.entries(reads)) {
      for (const [query, status] of requests) {
        const response = await served.get(path + query);
        if (response.status !== status)
          problems.push(`${path}${query} answers ${response.status.toString()}`);
        problems.push(...(await answered(path, response)));
      }
    }

    expect(problems).toEqual([]);
  });

  test("tells every kind of entry that the journal has, one by one too", async () => {
    await busyRuntime();
    const part = (await (await served.get("/api/v1/journal?limit=1000")).json()) as {
      readonly entries: readonly { readonly id: string; readonly kind: string }[];
    };

    const problems: string[] = [];
    for (const { id } of part.entries) {
      const response = await served.get(`/api/v1/journal/entry?entry=${id}`);
      problems.push(...(await answered("/api/v1/journal/entry", response)));
    }

    expect(problems).toEqual([]);
    expect(new Set(part.entries.map(({ kind }) => kind))).toEqual(
      new Set([
        "running",
        "admitted",
        "request",
        "reply",
        "attempt-failed",
        "delay-elapsed",
        "delivered",
        "quarantine",
      ]),
    );
  });

  test("tells what every operation that changes something really answers", async () => {
    await busyRuntime();
    const carol = { typename: "shop/cart", id: "carol" };
    const nobody = { typename: "shop/cart", id: "nobody" };
    const message = { target: nobody, typename: "shop/Add", value: { sku: "tea" } };
    const posts: readonly (readonly [path: string, body: unknown, status: number])[] = [
      ["/api/v1/messages", message, 200],
      ["/api/v1/messages", { ...message, target: { typename: "no/one", id: "" } }, 404],
      ["/api/v1/messages", { ...message, text: "two" }, 400],
      ["/api/v1/quarantine/retry", nobody, 404],
      ["/api/v1/quarantine/retry", carol, 200],
      ["/api/v1/quarantine/drop", nobody, 404],
      ["/api/v1/egress/drop", { egress: "shop/orders", sequence: 1 }, 404],
      ["/api/v1/egress/drop", { egress: "shop/orders" }, 400],
      ["/api/v1/clock/advance", { millis: 150_000 }, 200],
      ["/api/v1/quarantine/drop", carol, 200],
      ["/api/v1/clock/advance", { millis: -1 }, 400],
    ];

    const problems: string[] = [];
    for (const [path, body, status] of posts) {
      const response = await served.post(path, body);
      if (response.status !== status) problems.push(`${path} answers ${response.status.toString()}`);
      const type = response.headers.get("content-type") ?? "";
      problems.push(...wrong(path, "post", response.status, type, await response.json()));
    }

    expect(problems).toEqual([]);
  });

  test("tells of every path that there is, and of no other", async () => {
    const stream = "/api/v1/journal/stream";
    const posts = [
      "/api/v1/messages",
      "/api/v1/quarantine/retry",
      "/api/v1/quarantine/drop",
      "/api/v1/egress/drop",
      "/api/v1/clock/advance",
    ];

    expect(Object.keys(document.paths).sort()).toEqual([...Object.keys(reads), ...posts, stream].sort());
    for (const path of Object.keys(document.paths)) {
      const { status } = await served.get(path, { method: "DELETE" });
      expect([path, status]).toEqual([path, 405]);
    }
  });

  test("tells of the parameters that an operation takes, and which of them it needs", () => {
    const parameters = document.paths["/api/v1/address"]?.get?.parameters ?? [];

    expect(parameters.map(({ name, required }) => [name, required])).toEqual([
      ["typename", true],
      ["id", true],
      ["maxValueBytes", false],
    ]);
    expect(parameters[2]?.schema).toMatchObject({ type: "integer", minimum: 0, default: 4096 });
  });

  test("refers to schemas that it has, all of which are valid and have a use", () => {
    const text = JSON.stringify(document);
    const ids = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, id]) => id));

    expect([...ids].sort()).toEqual(Object.keys(document.components.schemas).sort());
    for (const id of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `document#/components/schemas/${id}` })).not.toThrow();
    }
  });

  test("is not sent again to a client that has it", async () => {
    const first = await served.get("/api/v1/openapi.json");
    const etag = first.headers.get("etag") ?? "";

    const second = await served.get("/api/v1/openapi.json", { headers: { "if-none-match": etag } });

    expect([second.status, await second.text()]).toEqual([304, ""]);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test("has the events of the stream as entries of the journal", async () => {
    const events = await readEvents(served, "/api/v1/journal/stream?after=0");
    await busyRuntime();

    await eventually("the address is set aside", () =>
      events.seen.some(({ data }) => data.includes('"kind":"quarantine"')),
    );
    events.leave();

    const entries = events.seen.map(({ data }) => JSON.parse(data) as unknown);
    expect(
      entries.flatMap((entry) => wrong("/api/v1/journal/entry", "get", 200, "application/json", entry)),
    ).toEqual([]);
  });
});
