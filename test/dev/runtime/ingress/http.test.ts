import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { httpIngress } from "../../../../dev/runtime/ingress/http.js";
import { RuntimeError } from "../../../../dev/runtime/runtime-error.js";
import { eventually } from "../../eventually.js";
import { admittedText } from "./admitted-text.js";
import { json, post, started } from "./started-ingress.js";
import { StoreGate } from "./store-gate.js";

describe("a message", () => {
  test("is admitted under the address of its path, and answered with address and typename", async () => {
    const { gate, url } = await started();

    const { status, answer } = await post(`${url}/example/greeter/Ada`, '{"a":1}', json);

    expect(status).toBe(202);
    expect(answer).toEqual({ address: "example/greeter/Ada", typename: "example/greet" });
    expect(gate.admitted.map(admittedText)).toEqual(['example/greeter Ada example/greet {"a":1}']);
  });

  test.each([
    ["percent-encoding", "/example/greeter/%C3%A9%20%25", "é %"],
    ["an encoded slash", "/example/greeter/a%2Fb", "a/b"],
    ["slashes", "/example/greeter/a/b//c/", "a/b//c/"],
  ])("has an id with %s", async (_, path, id) => {
    const { gate, url } = await started();

    const { status } = await post(url + path, "{}", json);

    expect(status).toBe(202);
    expect(gate.admitted[0]?.id).toBe(id);
  });

  test.each([
    [
      "application/vnd. keeps its bytes",
      "greeter",
      { "content-type": "application/vnd.a.b/C" },
      "x",
      "a.b/C x",
    ],
    ["a header names the typename", "both", { ...json, "statefun-typename": "a/b" }, "[1]", "a/b [1]"],
    [
      "plain text is StateFun's string",
      "both",
      { "content-type": "text/plain" },
      "é",
      "io.statefun.types/string \n\x02Ã©",
    ],
    ["JSON becomes the int that is accepted", "counter", json, "258", "io.statefun.types/int \r\x02\x01\0\0"],
    [
      "what curl sends untold is as the type has it",
      "counter",
      { "content-type": "application/x-www-form-urlencoded" },
      "1",
      "io.statefun.types/int \r\x01\0\0\0",
    ],
    [
      "other bytes are left alone",
      "greeter",
      { "content-type": "application/octet-stream" },
      "\x01",
      "example/greet \x01",
    ],
    [
      "bytes named StateFun's string are left alone",
      "both",
      { "content-type": "application/vnd.io.statefun.types/string" },
      "x",
      "io.statefun.types/string x",
    ],
  ])("%s", async (_, name, headers, body, expected) => {
    const { gate, url } = await started();

    const { status } = await post(`${url}/example/${name}/1`, body, headers);

    expect(status).toBe(202);
    expect(gate.admitted.map(admittedText)).toEqual([`example/${name} 1 ${expected}`]);
  });

  test("has the typename of the query", async () => {
    const { gate, url } = await started();

    await post(`${url}/example/both/1?typename=io.statefun.types%2Fstring`, '"a"', json);

    expect(gate.admitted.map(admittedText)).toEqual(["example/both 1 io.statefun.types/string \n\x01a"]);
  });

  test("is answered only once it is durable", async () => {
    const gate = new StoreGate();
    let commit = (): void => undefined;
    gate.beforeCommit = new Promise((resolve) => {
      commit = resolve;
    });
    const { url } = await started({}, gate);
    let answered = false;

    const answer = post(`${url}/example/greeter/1`, "{}", json).then(() => {
      answered = true;
    });
    await eventually("the commit is asked for", () => gate.commits === 1);
    const before = { answered, durable: gate.store.count("mail") };
    commit();
    await answer;

    expect(before).toEqual({ answered: false, durable: 0 });
    expect(gate.store.count("mail")).toBe(1);
  });

  test("shares its commit with those that arrive with it", async () => {
    const { gate, url } = await started();
    const { hostname, port } = new URL(url);
    const requests = 50;
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString()));

    socket.write(
      Array.from(
        { length: requests },
        (_, id) =>
          `POST /example/greeter/${String(id)} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
      ).join(""),
    );
    await eventually("all are answered", () => received.split("HTTP/1.1 202").length === requests + 1);
    socket.destroy();

    expect(gate.store.count("mail")).toBe(requests);
    expect(gate.commits).toBeLessThan(requests / 5);
  });
});

describe("an idempotency key", () => {
  test("makes a repeat harmless, whose answer is the same and says that it was known", async () => {
    const { gate, url } = await started();
    const headers = { ...json, "idempotency-key": "k1" };

    const first = await post(`${url}/example/greeter/1`, "{}", headers);
    const second = await post(`${url}/example/greeter/1`, "{}", headers);

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.answer).toEqual(first.answer);
    expect(first.headers.has("idempotent-replayed")).toBe(false);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(gate.admitted).toHaveLength(1);
  });

  test("is known after a restart", async () => {
    const { gate, ingress, url } = await started();
    const headers = { ...json, "idempotency-key": "k1" };
    await post(`${url}/example/greeter/1`, "{}", headers);

    await ingress.stop();
    const restarted = new StoreGate(gate.store);
    await ingress.start(restarted);
    const repeat = await post(`${url}/example/greeter/1`, "{}", headers);

    expect(repeat.headers.get("idempotent-replayed")).toBe("true");
    expect(restarted.admitted).toEqual([]);
  });

  test("of another address is another key", async () => {
    const { gate, url } = await started();
    const headers = { ...json, "idempotency-key": "k1" };

    await post(`${url}/example/greeter/1`, "{}", headers);
    await post(`${url}/example/greeter/2`, "{}", headers);

    expect(gate.admitted.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("that is too long is refused", async () => {
    const { url } = await started();

    const { status } = await post(`${url}/example/greeter/1`, "{}", {
      ...json,
      "idempotency-key": "k".repeat(256),
    });

    expect(status).toBe(400);
  });
});

describe("while too much is outstanding", () => {
  test("a request waits for less", async () => {
    const gate = new StoreGate();
    const { url } = await started({}, gate);
    gate.pause();

    const answer = post(`${url}/example/greeter/1`, "{}", json);
    await eventually("the request waits", () => gate.waits === 1);
    const before = gate.admitted.length;
    gate.unpause();

    expect((await answer).status).toBe(202);
    expect(before).toBe(0);
    expect(gate.admitted).toHaveLength(1);
  });

  test("a request that has waited long enough is told to come back", async () => {
    const gate = new StoreGate();
    const { url } = await started({ maxWaitMillis: 20 }, gate);
    gate.pause();

    const { status, headers, answer } = await post(`${url}/example/greeter/1`, "{}", json);
    gate.unpause();

    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("1");
    expect(answer.detail).toContain("too many messages are waiting");
    expect(gate.admitted).toEqual([]);
  });

  test("a request that finds no room to wait is told so at once", async () => {
    const gate = new StoreGate();
    const { url } = await started({ maxWaitingBytes: 100, maxWaitMillis: 60_000 }, gate);
    gate.pause();

    const { status } = await post(`${url}/example/greeter/1`, "{}", json);

    expect(status).toBe(503);
  });

  test("a client that leaves is not admitted later", async () => {
    const gate = new StoreGate();
    const { url } = await started({}, gate);
    gate.pause();
    const client = request(`${url}/example/greeter/gone`, { method: "POST", headers: json });
    client.on("error", () => undefined);
    client.end("{}");
    await eventually("the request waits", () => gate.waits === 1);

    client.destroy();
    for (let later = 0; later < 10; later++) await fetch(url); // the end of a connection is heard before what comes after it
    const stays = post(`${url}/example/greeter/stays`, "{}", json);
    gate.unpause();
    await stays;

    expect(gate.admitted.map(({ id }) => id)).toEqual(["stays"]);
  });
});

describe("a runtime that stops", () => {
  test("leaves a server that answers 503 until it runs again", async () => {
    const { ingress, url } = await started();

    await ingress.stop();
    const stopped = await post(`${url}/example/greeter/1`, "{}", json);
    const again = new StoreGate();
    await ingress.start(again);
    const running = await post(`${url}/example/greeter/1`, "{}", json);

    expect(stopped.status).toBe(503);
    expect(stopped.headers.get("retry-after")).toBe("1");
    expect(running.status).toBe(202);
    expect(again.admitted).toHaveLength(1);
  });

  test("refuses what was waiting for it", async () => {
    const gate = new StoreGate();
    const { ingress, url } = await started({}, gate);
    gate.pause();
    const waiting = post(`${url}/example/greeter/1`, "{}", json);
    await eventually("the request waits", () => gate.waits === 1);

    gate.stop();
    await ingress.stop();

    expect((await waiting).status).toBe(503);
    expect(gate.admitted).toEqual([]);
  });

  test("refuses what did not become durable", async () => {
    const gate = new StoreGate();
    gate.beforeCommit = Promise.reject(new RuntimeError("store-write-failed", "the disk is full"));
    gate.beforeCommit.catch(() => undefined);
    const { url } = await started({}, gate);

    const { status, answer } = await post(`${url}/example/greeter/1`, "{}", json);

    expect(status).toBe(503);
    expect(answer.detail).toContain("the disk is full");
  });
});

test("a port that is taken is an error that says what to do", async () => {
  const { url } = await started();
  const second = httpIngress({ id: "other/http", port: Number(new URL(url).port) });

  await expect(second.start(new StoreGate())).rejects.toMatchObject({
    code: "io-failed",
    component: "other/http",
    message: expect.stringContaining("another program holds it, or another ingress or egress of this module"),
  });
});

test("the root of the server lists functions", async () => {
  const { url } = await started();

  const overview: unknown = await (await fetch(url)).json();

  expect(overview).toMatchObject({
    send: `${url}/<namespace>/<name>/<id>`,
    functions: [{ typename: "example/greeter", accepts: ["example/greet"] }, {}, {}],
  });
});
