import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { egress, functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { serializedTypedValue } from "statefun/wire";
import { serveApi, type ApiServer } from "../../../dev/runtime/api.js";
import { startRuntime, type RunningRuntime, type StoreChoice } from "../../../dev/runtime/start-runtime.js";
import { eventually } from "../eventually.js";
import { temporaryFolder } from "../temporary-folder.js";
import { PickyEgress } from "../runtime/dispatcher/picky-egress.js";
import { statefun, type Ended } from "../statefun-process.js";

/** Each call of the command is a process that has to load TypeScript first. */
const patienceMillis = 120_000;

const Picky = egress("test/picky", [types.string]);
const talk = statefulFunction(functionType("test/talk", [types.string]), {
  on: {
    [types.string.typename](context, text) {
      context.send(Picky, types.string(text));
    },
  },
});

let picky: PickyEgress;
let running: RunningRuntime;
let api: ApiServer;

beforeEach(async () => {
  picky = new PickyEgress();
  running = await started({ kind: "memory" });
  api = await serveApi(running.view);
});

afterEach(async () => {
  await api.close();
  await running.close();
});

function started(store: StoreChoice): Promise<RunningRuntime> {
  return startRuntime({ functions: requestReplyHandler([talk]), egresses: [picky], store });
}

async function say(text: string): Promise<void> {
  const argument = serializedTypedValue(types.string.typename, types.string.serialize(text));
  await running.view.send({ target: { namespace: "test", name: "talk", id: "1" }, argument });
}

/** A lane that is blocked by its first record; gives the number of that. */
async function blocked(): Promise<number> {
  await say("poison");
  await eventually("a delivery fails", () => running.view.counters.egress("test/picky").failures > 0);
  await say("good");
  return running.view.outbox("test/picky", { limit: 1 }).items[0]?.sequence ?? 0;
}

function drop(...args: readonly string[]): Promise<Ended> {
  return statefun(["egress", "drop", "test/picky", "--url", api.url, ...args]);
}

test(
  "egress drop names the first record that waits and drops it once its number confirms it",
  async () => {
    const sequence = await blocked();

    const named = await drop();
    expect([named.code, named.stderr]).toEqual([0, ""]);
    expect(named.stdout).toMatch(/poison.*may have it.*Nothing is dropped yet.*--sequence \d+/s);
    expect(named.stdout).toContain(`--sequence ${String(sequence)}`);
    expect(picky.taken).toEqual([]);
    const dropped = await drop("--sequence", String(sequence));

    expect(dropped.stdout).toMatch(/^Record \d+ of test\/picky is dropped: .*poison.*may have it/s);
    await eventually("the record behind it is delivered", () => picky.taken.length === 1);
    const none = await drop("--json");
    expect(JSON.parse(none.stdout)).toEqual({ dropped: false });
    const again = await drop("--sequence", String(sequence));
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("[not-waiting] no record")]);
  },
  patienceMillis,
);

test("the API drops the record that is named, and the journal and the outbox tell what may have arrived", async () => {
  const sequence = await blocked();
  const post = (body: unknown): Promise<Response> =>
    fetch(`${api.url}/api/v1/egress/drop`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const outbox = await (await fetch(`${api.url}/api/v1/egress/outbox?egress=test/picky&limit=1`)).json();

  const dropped = await post({ egress: "test/picky", sequence });
  const journal = await (await fetch(`${api.url}/api/v1/journal?kinds=egress-dropped`)).json();
  const statuses = [];
  for (const body of [{ egress: "test/picky", sequence }, { egress: "no/where", sequence }, { sequence }]) {
    statuses.push((await post(body)).status);
  }

  const record = expect.objectContaining({ value: "poison" });
  expect(outbox).toMatchObject({ items: [{ sequence, record, mayHaveArrived: true }] });
  expect(await dropped.json()).toEqual({ egress: "test/picky", sequence, record, mayHaveArrived: true });
  expect(journal).toMatchObject({
    entries: [{ kind: "egress-dropped", egress: "test/picky", sequence, record, mayHaveArrived: true }],
  });
  expect(statuses).toEqual([404, 404, 400]);
});

test("a record that was dropped does not come back after the next start", async () => {
  await running.close();
  const store = { kind: "lmdb", folder: temporaryFolder() } as const;
  running = await started(store);
  const sequence = await blocked();

  await running.view.dropRecord("test/picky", sequence);
  await running.close();
  running = await started(store);
  await running.runtime.whenIdle();
  await running.close();

  expect(running.view.outbox("test/picky", { limit: 10 }).items).toEqual([]);
  expect(picky.taken).toEqual([sequence + 2]); // between them is the message that led to it
});
