import { afterEach, describe, expect, test } from "@jest/globals";
import { httpEgress, type HttpEgress } from "../../../../dev/runtime/egress/http.js";
import { recordedEgress } from "../../../../dev/runtime/egress/recorded.js";
import { httpIngress } from "../../../../dev/runtime/ingress/http.js";
import { StoreGate } from "../ingress/store-gate.js";
import { kafkaRecord, numbered, textRecord } from "./outbox.js";

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function opened(): Promise<HttpEgress> {
  const egress = httpEgress({ id: "example/out", port: 0 });
  open.push(egress);
  await egress.open();
  return egress;
}

async function get(url: string) {
  const response = await fetch(url);
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

describe("records over HTTP", () => {
  test("are read as JSON, as often as one likes", async () => {
    const egress = await opened();
    await egress.deliver([textRecord(1, "a"), textRecord(4, '{"b":1}')]);

    const first = await get(egress.url);
    const second = await get(egress.url);

    expect(first).toEqual({
      status: 200,
      answer: {
        egress: "example/out",
        records: [
          { sequence: 1, typename: "example/text", text: "a" },
          { sequence: 4, typename: "example/text", value: { b: 1 } },
        ],
        complete: true,
      },
    });
    expect(second).toEqual(first);
  });

  test("are narrowed down by the parameters", async () => {
    const egress = await opened();
    await egress.deliver([
      kafkaRecord(1, "t", "a", "x"),
      kafkaRecord(2, "t", "ä b", "y"),
      kafkaRecord(3, "u", "ä b", "z"),
    ]);

    const { answer } = await get(`${egress.url}?topic=t&key=%C3%A4%20b&after=1&limit=5`);

    expect(answer.records).toEqual([expect.objectContaining({ sequence: 2, text: "y" })]);
  });

  test("are waited for", async () => {
    const egress = await opened();

    const waiting = get(`${egress.url}?wait=30s&after=5`);
    await egress.deliver(numbered(4, 8));

    expect((await waiting).answer).toMatchObject({ records: [{ sequence: 6 }, { sequence: 7 }] });
  });

  test("that do not come are an empty list once the time is over", async () => {
    const egress = await opened();

    const { status, answer } = await get(`${egress.url}?wait=5ms`);

    expect(status).toBe(200);
    expect(answer.records).toEqual([]);
  });

  test.each([
    ["?wait=soon", 'wait is "soon": write 500ms, 10s or 1m'],
    ["?after=-1", 'after is "-1": write a whole number'],
    ["?limit=10001", 'limit is "10001": write a whole number up to 10000'],
    ["?topics=a", 'there is no parameter "topics": there are wait, after, limit, topic, key'],
  ])("are refused for %s", async (query, detail) => {
    const egress = await opened();

    const { status, answer } = await get(egress.url + query);

    expect(status).toBe(400);
    expect(answer.detail).toContain(detail);
  });

  test("of an egress that is not there are 404, with those that are", async () => {
    const egress = await opened();

    const { status, answer } = await get(egress.url.replace("out", "in"));

    expect(status).toBe(404);
    expect(answer.detail).toBe('there is no egress "example/in" to read: there are example/out');
  });

  test("cannot be written", async () => {
    const egress = await opened();

    const response = await fetch(egress.url, { method: "POST" });

    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET"]);
  });
});

test("an HTTP ingress shows egresses on its own server", async () => {
  const egress = recordedEgress("example/out");
  const egresses = {
    ids: () => ["example/out"],
    find: (id: string) => (id === "example/out" ? egress : undefined),
  };
  const ingress = httpIngress({ port: 0, egresses });
  open.push(ingress);
  await ingress.start(new StoreGate());
  await egress.deliver([textRecord(1, "a")]);

  const { answer } = await get(`${ingress.url}/egress/example/out`);
  const overview = await get(ingress.url);

  expect(answer.records).toEqual([{ sequence: 1, typename: "example/text", text: "a" }]);
  expect(overview.answer.egresses).toEqual([`${ingress.url}/egress/example/out`]);
});
