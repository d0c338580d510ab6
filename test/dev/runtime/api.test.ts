import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { serveApi } from "../../../dev/runtime/api.js";
import { Add, Cart, Poison, Remind, servedRuntime, type ServedRuntime } from "./api/served-runtime.js";

let served: ServedRuntime;

beforeEach(async () => {
  served = await servedRuntime();
});

afterEach(async () => {
  await served.close();
});

async function json(path: string): Promise<unknown> {
  return (await served.get(path)).json();
}

/** A request with headers that `fetch` does not let through. */
async function status(path: string, headers: Record<string, string>, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = served.api;
    const request = http.request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject);
    request.end();
  });
}

describe("reading", () => {
  test("an address shows its state, decoded and as bytes", async () => {
    served.runtime.send(Cart.address("alice"), Add({ sku: "tea" }));
    await served.runtime.idle();

    const detail = await json("/api/v1/address?typename=shop/cart&id=alice");

    expect(detail).toEqual({
      address: { typename: "shop/cart", id: "alice" },
      backlog: 0,
      states: [
        {
          name: "items",
          typename: "io.statefun.types/int",
          touchedAtMillis: served.runtime.now.getTime(),
          value: {
            typename: "io.statefun.types/int",
            hasValue: true,
            size: 5,
            base64: "DQEAAAA=",
            truncated: false,
            value: 1,
          },
        },
        expect.objectContaining({ name: "last", value: expect.objectContaining({ value: "tea" }) }),
      ],
    });
  });

  test("ids of any text are found: empty ones, dots, slashes, percent signs and every script", async () => {
    const ids = ["", ".", "..", "a/b", "%2F", "ключ 🔑", "a&b=c#d"];
    for (const id of ids) served.runtime.send(Cart.address(id), Add({ sku: "tea" }));
    await served.runtime.idle();

    for (const id of ids) {
      const query = new URLSearchParams({ typename: "shop/cart", id }).toString();
      expect(await json(`/api/v1/address?${query}`)).toMatchObject({
        address: { typename: "shop/cart", id },
      });
    }
  });

  test("addresses come page by page, each once, though new ones appear meanwhile", async () => {
    for (let n = 0; n < 25; n++)
      served.runtime.send(Cart.address(`user-${n.toString().padStart(2, "0")}`), Add({ sku: "tea" }));
    await served.runtime.idle();

    const seen: string[] = [];
    let cursor = "";
    do {
      const page = (await json(`/api/v1/addresses?typename=shop/cart&idPrefix=user-&limit=10${cursor}`)) as {
        items: { address: { id: string } }[];
        next?: string;
      };
      seen.push(...page.items.map(({ address }) => address.id));
      cursor = page.next === undefined ? "" : `&cursor=${encodeURIComponent(page.next)}`;
      served.runtime.send(Cart.address(`user-00-${seen.length.toString()}`), Add({ sku: "tea" }));
      await served.runtime.idle();
    } while (cursor !== "");

    const old = Array.from({ length: 25 }, (_, n) => `user-${n.toString().padStart(2, "0")}`);
    expect(seen.filter((id) => old.includes(id)).sort()).toEqual(old);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("a delayed message is listed until it comes due, and the clock can be moved to it", async () => {
    served.runtime.send(Cart.address("alice"), Remind({ after: 60_000 }));
    await served.runtime.idle();

    const path = "/api/v1/delayed-messages?typename=shop/cart&id=alice";
    expect(await json(path)).toMatchObject({
      items: [
        {
          dueAtMillis: served.runtime.now.getTime() + 60_000,
          cancellationToken: "remind-60000",
          from: { typename: "shop/cart", id: "alice" },
          to: { typename: "shop/cart", id: "alice" },
          message: { typename: "shop/Add", value: { sku: "later" } },
        },
      ],
    });
    expect(await json("/api/v1/counters")).toMatchObject({ runtime: { delaysPending: 1 } });
    const before = served.runtime.now.getTime();
    const advanced = await served.post("/api/v1/clock/advance", { millis: 60_000 });

    expect(await advanced.json()).toEqual({ nowMillis: before + 60_000 });
    expect(await json(path)).toEqual({ items: [] });
    expect(await json("/api/v1/counters")).toMatchObject({ runtime: { delaysPending: 0 } });
    expect(await json("/api/v1/address?typename=shop/cart&id=alice")).toMatchObject({
      states: [{ name: "items", value: { value: 1 } }, { name: "last" }],
    });
  });

  test("the trace of an address tells the messages that it sent and got, and no others", async () => {
    served.runtime.send(Cart.address("alice"), Add({ sku: "tea" }));
    served.runtime.send(Cart.address("bob"), Add({ sku: "milk" }));
    await served.runtime.idle();

    const text = JSON.stringify(await json("/api/v1/journal?typename=shop/shelf&id=tea"));

    expect(text).toContain("alice");
    expect(text).not.toContain("bob");
    expect(text).not.toContain("milk");
  });

  test("records of an egress are shown with topic, key and value", async () => {
    served.runtime.send(Cart.address("alice"), Add({ sku: "tea" }));
    await served.runtime.idle();

    expect(await json("/api/v1/egress/delivered?egress=shop/orders")).toMatchObject({
      items: [{ record: { record: { topic: "orders", key: "tea", value: { sku: "tea" } } } }],
    });
    expect(await json("/api/v1/egress/outbox?egress=shop/orders")).toEqual({ items: [] });
  });

  test("counters have the names of the cluster's metrics, in JSON and for Prometheus", async () => {
    served.runtime.send(Cart.address("alice"), Add({ sku: "tea" }));
    await served.runtime.idle();

    const { functions } = (await json("/api/v1/counters")) as { functions: Record<string, unknown>[] };
    const text = await (await served.get("/metrics")).text();

    expect(functions[0]).toMatchObject({
      typename: "shop/cart",
      in: 2,
      outLocal: 1,
      outEgress: 1,
      numBacklog: 0,
    });
    expect(text).toContain('statefun_functions_in{namespace="shop",name="cart"} 2\n');
    expect(text).toContain(
      'statefun_functions_remoteInvocationLatency_count{namespace="shop",name="cart"} 2\n',
    );
  });

  test("a runtime that has ended is not healthy, and its status says so", async () => {
    expect((await served.get("/healthz")).status).toBe(200);

    await served.runtime.close();

    expect((await served.get("/healthz")).status).toBe(503);
    expect(await json("/api/v1/status")).toMatchObject({ state: "closed" });
  });
});

describe("sending", () => {
  const target = { typename: "shop/cart", id: "alice" };
  const add = { target, typename: "shop/Add", value: { sku: "tea" } };

  test("a message is durable when it is answered, and a repeat with the same key changes nothing", async () => {
    const headers = { "idempotency-key": "order-1" };

    const first = await served.post("/api/v1/messages", add, headers);
    const second = await served.post("/api/v1/messages", add, headers);
    await served.runtime.idle();

    expect([await first.json(), await second.json()]).toEqual([{ accepted: true }, { accepted: false }]);
    expect(await json("/api/v1/address?typename=shop/cart&id=alice")).toMatchObject({
      states: [{ value: { value: 1 } }, {}],
    });
  });

  test("a message is written as JSON, as text, as base64, or as a value of StateFun's own types", async () => {
    const bodies = [
      add,
      { ...add, value: undefined, text: '{"sku":"tea"}' },
      { ...add, value: undefined, base64: Buffer.from('{"sku":"tea"}').toString("base64") },
      { target: { typename: "shop/shelf", id: "tea" }, typename: "io.statefun.types/int", value: 40 },
    ];

    for (const body of bodies) expect((await served.post("/api/v1/messages", body)).status).toBe(200);
    await served.runtime.idle();

    expect(await json("/api/v1/address?typename=shop/shelf&id=tea")).toMatchObject({
      states: [{ name: "taken", value: { value: 43 } }],
    });
  });

  test.each([
    ["an unknown function", { ...add, target: { typename: "no/one", id: "" } }, 404, "no/one"],
    [
      "a typename without a slash",
      { ...add, target: { typename: "cart", id: "" } },
      400,
      "<namespace>/<name>",
    ],
    ["a value twice", { ...add, text: "x" }, 400, "exactly one"],
    ["no value", { target, typename: "shop/Add" }, 400, "exactly one"],
    ["a field that means nothing", { ...add, delay: 5 }, 400, "delay"],
    ["an int that is none", { target, typename: "io.statefun.types/int", value: 1.5 }, 400, "32 bits"],
    ["no base64", { target, typename: "a/b", base64: "*" }, 400, "base64"],
  ])("%s is refused with what to do", async (_what, body, wanted, says) => {
    const response = await served.post("/api/v1/messages", body);

    expect(response.status).toBe(wanted);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status: wanted, detail: expect.stringContaining(says) });
  });

  test("bodies that are no JSON, too large, or posted as a page could, are refused", async () => {
    const init = { method: "POST", headers: { "content-type": "application/json" } };

    const broken = await served.get("/api/v1/messages", { ...init, body: "{" });
    const large = await served.get("/api/v1/messages", { ...init, body: " ".repeat(9 * 2 ** 20) });
    const plain = await served.get("/api/v1/messages", { method: "POST", body: JSON.stringify(add) });

    expect([broken.status, large.status, plain.status]).toEqual([400, 413, 415]);
  });

  test("what is set aside is listed, retried and dropped", async () => {
    served.runtime.send(Cart.address("carol"), Poison({}));
    await served.runtime.idle();
    served.runtime.send(Cart.address("carol"), Add({ sku: "tea" }));
    await served.runtime.advance({ minutes: 3 });
    const carol = { typename: "shop/cart", id: "carol" };

    expect(await json("/api/v1/quarantine")).toMatchObject({
      items: [{ address: carol, code: "call-failed", waiting: 2, message: expect.stringContaining("carol") }],
    });
    expect(await json("/api/v1/address/mailbox?typename=shop/cart&id=carol")).toMatchObject({
      items: [{ message: { typename: "shop/Poison" } }, { message: { value: { sku: "tea" } } }],
    });
    expect((await served.post("/api/v1/quarantine/retry", carol)).status).toBe(200);
    await served.runtime.advance({ minutes: 3 });
    expect(await (await served.post("/api/v1/quarantine/drop", carol)).json()).toEqual({ dropped: 1 });
    await served.runtime.idle();

    expect(await json("/api/v1/quarantine")).toEqual({ items: [] });
    expect(await json("/api/v1/address?typename=shop/cart&id=carol")).toMatchObject({
      backlog: 0,
      states: [{ value: { value: 1 } }, {}],
    });
    expect((await served.post("/api/v1/quarantine/drop", carol)).status).toBe(404);
  });
});

describe("who may use it", () => {
  test("on loopback no token is needed", async () => {
    expect(served.api).toMatchObject({ host: "127.0.0.1", token: undefined });
    expect((await served.get("/api/v1/status")).status).toBe(200);
  });

  test("a page that had its name lead to this machine is refused by the host it asks for", async () => {
    const port = served.api.port.toString();

    expect(await status("/api/v1/status", { host: `evil.example:${port}` })).toBe(403);
    expect(await status("/metrics", { host: "evil.example" })).toBe(403);
    expect(await status("/api/v1/status", { host: `localhost:${port}` })).toBe(200);
    expect(await status("/api/v1/status", { host: "[::1]:9999" })).toBe(200);
  });

  test("a page of another origin is refused, and allowed nothing", async () => {
    const host = `127.0.0.1:${served.api.port.toString()}`;

    expect(await status("/api/v1/messages", { origin: "https://evil.example" }, "POST")).toBe(403);
    expect(await status("/api/v1/status", { "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await status("/api/v1/status", { origin: `http://${host}`, host })).toBe(200);
    const response = await served.get("/api/v1/status");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("on other addresses a token is chosen, and everything but the health wants it", async () => {
    const open = await serveApi(served.runtime.view, { host: "0.0.0.0" });
    const url = `http://127.0.0.1:${open.port.toString()}`;
    const asked = async (path: string, authorization?: string): Promise<number> =>
      (await fetch(url + path, { headers: authorization === undefined ? {} : { authorization } })).status;

    expect(open.token).toMatch(/^[\w-]{43}$/);
    expect(await asked("/healthz")).toBe(200);
    for (const path of [
      "/api/v1/status",
      "/metrics",
      "/api/v1/journal/stream",
      "/api/v1/openapi.json",
      "/none",
    ]) {
      expect([path, await asked(path)]).toEqual([path, 401]);
    }
    expect(await asked("/api/v1/status", "Bearer wrong")).toBe(401);
    expect(await asked("/api/v1/status", `Basic ${open.token ?? ""}`)).toBe(401);
    expect(await asked("/api/v1/status", `Bearer ${open.token ?? ""}`)).toBe(200);
    await open.close();
  });

  test("a token of the user's own is wanted on loopback too, and must not be easily guessed", async () => {
    const token = "correct-horse-battery";
    const own = await serveApi(served.runtime.view, { token });

    const without = await fetch(`${own.url}/api/v1/status`);
    const having = await fetch(`${own.url}/api/v1/status`, { headers: { authorization: `bearer ${token}` } });

    expect([without.status, without.headers.get("www-authenticate"), having.status]).toEqual([
      401,
      'Bearer realm="statefun"',
      200,
    ]);
    await own.close();
    await expect(serveApi(served.runtime.view, { token: "short" })).rejects.toThrow("at least 16 characters");
  });
});

describe("HTTP", () => {
  test("other methods and paths are refused with what there is", async () => {
    const wrong = await served.get("/api/v1/status", { method: "PUT" });
    const head = await served.get("/api/v1/status", { method: "HEAD" });

    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect((await served.get("/api/v1/statu")).status).toBe(404);
  });

  test("a port that is taken is an error that says so", async () => {
    const other = http.createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;

    await expect(serveApi(served.runtime.view, { port })).rejects.toThrow("another program listens there");

    await new Promise((resolve) => other.close(resolve));
  });

  test("closing ends what is open, and nothing answers any more", async () => {
    const stream = await served.get("/api/v1/journal/stream");

    await served.api.close();

    expect(await stream.text()).toContain("retry: ");
    await expect(fetch(`${served.api.url}/healthz`)).rejects.toThrow();
  });
});
