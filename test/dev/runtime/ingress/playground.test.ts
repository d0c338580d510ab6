import { afterEach, describe, expect, test } from "@jest/globals";
import { playgroundIngress, type PlaygroundIngress } from "../../../../dev/runtime/ingress/playground.js";
import { eventually } from "../../eventually.js";
import { admittedText } from "./admitted-text.js";
import { StoreGate } from "./store-gate.js";

const open: PlaygroundIngress[] = [];

afterEach(async () => {
  for (const ingress of open.splice(0)) await ingress.close();
});

async function started(encodeText?: boolean) {
  const gate = new StoreGate();
  const ingress = playgroundIngress({ port: 0, encodeText, maxRequestBytes: 100 });
  open.push(ingress);
  await ingress.start(gate);
  return { gate, ingress, url: ingress.url };
}

const typed = { "content-type": "application/vnd.example.types/Greet" };

describe("D50: a message", () => {
  test.each(["PUT", "POST", "PATCH", "DELETE"])(
    "by %s has the typename behind application/vnd.",
    async (method) => {
      const { gate, url } = await started();

      const response = await fetch(`${url}/example/greeter/Ada`, { method, headers: typed, body: '{"a":1}' });

      expect([response.status, await response.text()]).toEqual([200, ""]);
      expect(gate.admitted.map(admittedText)).toEqual(['example/greeter Ada example.types/Greet {"a":1}']);
      expect(gate.store.count("mail")).toBe(1);
    },
  );

  test.each([
    ["plain text", { "content-type": "text/plain" }],
    ["no type, as curl says it", { "content-type": "application/x-www-form-urlencoded" }],
  ])("of %s is a string whose bytes are left as they came", async (_, headers) => {
    const { gate, url } = await started();

    const { status } = await fetch(`${url}/example/greeter/Ada`, { method: "PUT", headers, body: "hi" });

    expect(status).toBe(200);
    expect(gate.admitted.map(admittedText)).toEqual(["example/greeter Ada io.statefun.types/string hi"]);
  });

  test("without a content type is such a string, too", async () => {
    const { gate, url } = await started();

    const { status } = await fetch(`${url}/example/greeter/Ada`, { method: "GET" });

    expect(status).toBe(200);
    expect(gate.admitted.map(admittedText)).toEqual(["example/greeter Ada io.statefun.types/string "]);
  });

  test("of plain text is a string that can be read, if that is asked for", async () => {
    const { gate, url } = await started(true);

    await fetch(`${url}/example/greeter/Ada`, { method: "PUT", body: "hi" });
    const { status } = await fetch(`${url}/example/greeter/Ada`, {
      method: "PUT",
      body: Uint8Array.of(0xff),
    });

    expect(gate.admitted.map(admittedText)).toEqual([
      "example/greeter Ada io.statefun.types/string \n\x02hi",
    ]);
    expect(status).toBe(400);
  });

  test.each([
    ["an encoded slash", "a%2Fb", "a/b"],
    ["other encoded characters", "%C3%A9%20", "é "],
  ])("has an id with %s", async (_, encoded, id) => {
    const { gate, url } = await started();

    await fetch(`${url}/example/greeter/${encoded}`, { method: "PUT", body: "hi" });

    expect(gate.admitted.map((message) => message.id)).toEqual([id]);
  });
});

describe("D50: a request is refused", () => {
  test.each([
    ["two parts", "/example/greeter"],
    ["four parts", "/example/greeter/Ada/Lovelace"],
    ["an empty part", "/example//Ada"],
    ["no parts", "/"],
    ["an id that is not UTF-8", "/example/greeter/%ff"],
  ])("with 400 for a path of %s", async (_, path) => {
    const { gate, url } = await started();

    const response = await fetch(url + path, { method: "PUT", body: "hi" });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      status: 400,
      detail: expect.stringContaining("does not name an address"),
    });
    expect(gate.admitted).toEqual([]);
  });

  test("with 404 for a function that nobody serves, and with 413 for a message that is too large", async () => {
    const { gate, url } = await started();
    gate.served.push("example/greeter");

    const unknown = await fetch(`${url}/example/greter/Ada`, { method: "PUT", body: "hi" });
    const large = await fetch(`${url}/example/greeter/Ada`, { method: "PUT", body: "x".repeat(101) });

    expect([unknown.status, large.status]).toEqual([404, 413]);
    expect(gate.admitted).toEqual([]);
  });

  test("with 503 while the runtime is stopped", async () => {
    const { ingress, url } = await started();

    await ingress.stop();
    const { status, headers } = await fetch(`${url}/example/greeter/Ada`, { method: "PUT", body: "hi" });

    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
  });
});

test("a request waits while too much is outstanding", async () => {
  const { gate, url } = await started();
  gate.pause();

  const answer = fetch(`${url}/example/greeter/Ada`, { method: "PUT", body: "hi" });
  await eventually("it waits", () => gate.waits === 1);
  const before = gate.admitted.length;
  gate.unpause();

  expect((await answer).status).toBe(200);
  expect([before, gate.admitted.length]).toEqual([0, 1]);
});
