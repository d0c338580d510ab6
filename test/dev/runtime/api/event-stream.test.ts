import { afterEach, expect, test } from "@jest/globals";
import net from "node:net";
import { serveApi, type ApiOptions, type ApiServer } from "../../../../dev/runtime/api.js";
import { eventually } from "../../eventually.js";
import { readEvents, type Events } from "./events.js";
import { Add, Cart, servedRuntime, type ServedRuntime } from "./served-runtime.js";

const stream = "/api/v1/journal/stream";
const open: { close(): Promise<void> }[] = [];

async function served(options: ApiOptions = {}): Promise<ServedRuntime> {
  const both = await servedRuntime(options);
  open.push(both);
  return both;
}

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function add({ runtime }: ServedRuntime, id: string, sku = "tea"): Promise<void> {
  runtime.send(Cart.address(id), Add({ sku }));
  await runtime.idle();
}

function ids({ seen }: Events): readonly number[] {
  return seen.map(({ id = "" }) => Number(id.replace(/^.*-/, "")));
}

test("a reader sees what happens from now on, in order and once", async () => {
  const both = await served();
  await add(both, "before");
  const events = await readEvents(both, stream);

  await add(both, "alice");
  await add(both, "bob");
  const { last } = both.runtime.view.journal;
  await eventually("everything has arrived", () => ids(events).at(-1) === last);

  const first = ids(events)[0] ?? 0;
  expect(ids(events)).toEqual(Array.from({ length: last - first + 1 }, (_, n) => first + n));
  expect(events.text).not.toContain("before");
  expect(events.text).toContain('"id":"bob"');
  events.leave();
});

test("a reader that comes back goes on behind the last event that it saw", async () => {
  const both = await served();
  const first = await readEvents(both, `${stream}?after=0`);
  await add(both, "alice");
  await eventually("something has arrived", () => first.seen.length > 3);
  first.leave();
  const last = first.seen[2]?.id ?? "";

  await add(both, "bob");
  const second = await readEvents(both, `${stream}?after=0`, { "last-event-id": last });
  await eventually("all has arrived", () => ids(second).at(-1) === both.runtime.view.journal.last);

  expect(ids(second)[0]).toBe(4);
  expect(second.text).not.toContain("event: missed");
  second.leave();
});

test("a reader that comes back too late, or from an earlier run, hears that it missed something", async () => {
  const both = await served();
  for (let n = 0; n < 700; n++) both.runtime.send(Cart.address(n.toString()), Add({ sku: "tea" }));
  await both.runtime.idle();
  const { journal } = both.runtime.view;
  const { missed } = journal.read({ after: 0, limit: 1 });

  const late = await readEvents(both, `${stream}?after=0&kinds=running`);
  const foreign = await readEvents(both, `${stream}?kinds=running`, { "last-event-id": "0a0a0a0a0a-12345" });
  await eventually("both have been told", () => late.seen.length > 0 && foreign.seen.length > 0);

  expect(missed).toBeGreaterThan(0);
  for (const { seen } of [late, foreign]) {
    expect(seen[0]).toMatchObject({ event: "missed", data: JSON.stringify({ missed }) });
  }
  late.leave();
  foreign.leave();
});

test("a filter lets through what tells of one address, and of some kinds", async () => {
  const both = await served();
  const events = await readEvents(both, `${stream}?typename=shop/cart&id=alice&kinds=request,admitted`);

  await add(both, "bob");
  await add(both, "alice");
  await eventually("alice's request has arrived", () => events.seen.length >= 2);

  const kinds = events.seen.map(({ data }) => (JSON.parse(data) as { kind: string }).kind);
  expect(kinds).toEqual(["admitted", "request"]);
  expect(events.text).not.toContain("bob");
  events.leave();
});

test("a stream without entries shows that it lives, and where it is", async () => {
  const both = await served({ heartbeatMillis: 5 });
  const events = await readEvents(both, `${stream}?kinds=stopped`);
  await add(both, "alice");
  const { journal } = both.runtime.view;

  const alive = `id: ${journal.run}-${journal.last.toString()}\n: alive\n\n`;
  await eventually("the position has moved past what is not wanted", () => events.text.includes(alive));

  expect(events.seen).toEqual([]);
  events.leave();
});

const large = "x".repeat(500_000);

/** A client that asks and does not read. */
function deafReader(api: ApiServer, path: string): net.Socket {
  const socket = net.connect({ host: "127.0.0.1", port: api.port });
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  return socket;
}

test("a reader that reads nothing is dropped and cut off, and costs others nothing", async () => {
  const both = await served({ slowReaderMillis: 50 });
  const deaf = deafReader(both.api, `${stream}?after=0&maxValueBytes=1000000`);
  let received = 0;
  let closed = false;
  deaf
    .on("error", () => undefined)
    .on("close", () => {
      closed = true;
    });
  const other = await readEvents(both, `${stream}?kinds=admitted`);

  for (let n = 0; n < 12; n++) await add(both, n.toString(), large); // far more than the buffers of a socket hold
  await eventually("the other one has seen all", () => other.seen.length === 12);
  // A socket that is not read hears of nothing, so it cannot be waited for: the 50 ms, and the second of the farewell.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  deaf.on("data", (part) => {
    received += part.length;
  });
  deaf.resume();
  await eventually("the deaf one is cut off", () => closed);

  expect(received).toBeLessThan(12 * large.length);
  expect(other.text).not.toContain("dropped");
  other.leave();
});

test("a reader that is slow and reads again hears that it is dropped, and goes on where it was", async () => {
  const both = await served({ slowReaderMillis: 100 });
  for (let n = 0; n < 8; n++) await add(both, n.toString(), large);
  const slow = deafReader(both.api, `${stream}?after=0&maxValueBytes=1000000`);
  let text = "";
  slow.setEncoding("utf8").on("error", () => undefined);

  await new Promise((resolve) => setTimeout(resolve, 700)); // longer than it may take, and the farewell is not over
  slow.on("data", (part: string) => {
    text += part;
  });
  slow.resume();
  await eventually("it has been told", () => text.includes("event: dropped"));
  slow.destroy();
  const last = [...text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? "";
  const patient = await serveApi(both.runtime.view);
  open.push(patient);
  const get = (path: string, init?: RequestInit): Promise<Response> => fetch(patient.url + path, init);
  const again = await readEvents({ ...both, get }, stream, { "last-event-id": last });
  await eventually("the rest has arrived", () => ids(again).at(-1) === both.runtime.view.journal.last);

  expect(text).toContain("last-event-id");
  expect(ids(again)[0]).toBe(Number(last.replace(/^.*-/, "")) + 1);
  again.leave();
});

test("no more than 64 streams are open at once, and one that is left makes room", async () => {
  const both = await served();
  const all: Events[] = [];
  for (let n = 0; n < 64; n++) all.push(await readEvents(both, stream));

  const refused = await both.get(stream);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: "too-many-streams" });

  for (const events of all) events.leave();
  let again: Events | undefined;
  for (let n = 0; again === undefined && n < 500; n++) {
    again = await readEvents(both, stream).catch(() => undefined);
  }
  expect(again).toBeDefined();
  again?.leave();
});
