import { request, type OutgoingHttpHeaders } from "node:http";
import { hostname, networkInterfaces } from "node:os";
import { afterEach, describe, expect, test } from "@jest/globals";
import { HttpListener } from "../../../../dev/runtime/http/http-listener.js";

const open: HttpListener[] = [];

afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

interface Asked {
  readonly port: string;
  /** What was asked of the handler: requests that were refused are not in it. */
  readonly handled: string[];
  /** Asks with these headers, over loopback, for its own address unless they say else; gives the status. */
  readonly ask: (headers: OutgoingHttpHeaders, method?: string) => Promise<number>;
  /** What the last answer said. */
  readonly detail: () => string;
}

async function listening(host?: string): Promise<Asked> {
  const handled: string[] = [];
  const listener = new HttpListener("test/in", { port: 0, host }, ({ headers }, response) => {
    handled.push(headers.host ?? "");
    response.end("{}");
  });
  open.push(listener);
  await listener.listen();
  const { port } = new URL(listener.url);
  let detail = "";
  return {
    port,
    handled,
    detail: () => detail,
    ask: (headers, method = "POST") =>
      new Promise((resolve, reject) => {
        const asking = request({ host: "127.0.0.1", port, method, headers }, (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("end", () => {
            detail = (JSON.parse(text) as { detail?: string }).detail ?? "";
            resolve(response.statusCode ?? 0);
          });
        });
        asking.on("error", reject).end();
      }),
  };
}

describe("on loopback", () => {
  test("a page whose name was made to lead to this machine is refused, and the handler is not asked", async () => {
    const { ask, port, handled, detail } = await listening();
    const evil = `evil.example:${port}`;

    const sent = await ask({ host: evil, origin: `http://${evil}` });
    const read = await ask({ host: evil, "sec-fetch-site": "same-origin" }, "GET");
    const without = await ask({ host: "evil.example" }, "GET");

    expect([sent, read, without]).toEqual([403, 403, 403]);
    expect(detail()).toMatch(/^requests for the host "evil.example" are refused.*localhost/);
    expect(handled).toEqual([]);
  });

  test("such a page is refused also between requests that are right, and with a body that waits to be asked for", async () => {
    const { ask, port } = await listening();

    const statuses = [];
    for (const host of [`localhost:${port}`, `evil.example:${port}`, `localhost:${port}`]) {
      statuses.push(await ask({ host }));
    }
    statuses.push(await ask({ host: "evil.example", expect: "100-continue", "content-length": "0" }));

    expect(statuses).toEqual([200, 403, 200, 403]);
  });

  test("every program of the machine gets in by the machine's own names", async () => {
    const { ask, port } = await listening();

    const statuses = [];
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `LOCALHOST:${port}`,
      "app.localhost",
      "127.3.2.1",
      "[::1]:9",
    ]) {
      statuses.push(await ask({ host }));
    }

    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
  });

  test.each([
    ["an origin of another host", { origin: "https://evil.example" }],
    ["another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["no origin of its own", { origin: "null" }],
    ["an image of another site", { "sec-fetch-site": "cross-site" }],
    ["another port, as a browser says it", { "sec-fetch-site": "same-site" }],
  ])("a page of another origin is refused: %s", async (_, headers) => {
    const { ask, handled, detail } = await listening();

    const status = await ask(headers, "GET");

    expect(status).toBe(403);
    expect(detail()).toContain("another origin");
    expect(handled).toEqual([]);
  });

  test("a page of its own gets in", async () => {
    const { ask, port } = await listening();

    const host = `127.0.0.1:${port}`;
    const status = await ask({ host, origin: `http://${host}`, "sec-fetch-site": "same-origin" });

    expect(status).toBe(200);
  });
});

describe("on every interface, by choice", () => {
  test("clients get in by address and by any name that leads there", async () => {
    const { ask, port, handled } = await listening("0.0.0.0");
    const addresses = Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .filter(({ family }) => family === "IPv4")
      .map(({ address }) => `${address}:${port}`);
    const hosts = [...addresses, `${hostname()}:${port}`, `shop.internal:${port}`, "shop.example.com"];

    const statuses = [];
    for (const host of hosts) statuses.push(await ask({ host }));

    expect(statuses).toEqual(hosts.map(() => 200));
    expect(handled).toEqual(hosts);
  });

  test("a page of another origin is refused all the same", async () => {
    const { ask, port, handled } = await listening("0.0.0.0");

    const status = await ask({ host: `192.168.0.7:${port}`, origin: "http://evil.example" });

    expect(status).toBe(403);
    expect(handled).toEqual([]);
  });
});
