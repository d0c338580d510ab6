import { openLmdbStore } from "../../../../../dev/runtime/store/lmdb.js";
import type { StoreWrite } from "../../../../../dev/runtime/store/store.js";

// Commits until the disk takes no more, makes room, goes on, and tells what it saw as JSON.
const [, , folder = "", sync = ""] = process.argv;
process.on("SIGXFSZ", () => undefined); // a limit on the size of files ends a process that does not say this

function pairOf(step: number, bytes: number): StoreWrite[] {
  return [
    { table: "mail", key: step, value: Buffer.alloc(bytes, 1) },
    { table: "outbox", key: step, value: Buffer.alloc(bytes, 1) },
  ];
}

let store = await openLmdbStore({ folder, sync: sync === "sync" });

async function attempt(writes: readonly StoreWrite[]): Promise<string | undefined> {
  return store.commit(writes).then(
    () => undefined,
    (error: unknown) => String(error),
  );
}

/** What is in the two tables, and whether it is the same. */
function held(): readonly [number, boolean] {
  const mail = [...store.scan("mail")].map(([key]) => key);
  const outbox = [...store.scan("outbox")].map(([key]) => key);
  return [mail.length, mail.join() === outbox.join()];
}

let steps = 0;
let failure: string | undefined;
while (failure === undefined && steps < 100_000) {
  failure = await attempt(pairOf(steps, 1000));
  if (failure === undefined) steps++;
}
const afterFailure = held();

const largeFailure = await attempt(pairOf(200_000, 5_000_000));
const afterLarge = held();

// Both at once: what is committed behind a step that fails must not be there without it.
const together = await Promise.all([
  attempt(pairOf(300_000, 5_000_000)),
  attempt(pairOf(300_001, 5_000_000)),
]);
const afterTogether = held();

for (let step = 0; step < steps; step += 2)
  await store.commit([
    { table: "mail", key: step, value: undefined },
    { table: "outbox", key: step, value: undefined },
  ]);
const roomFailure = await attempt(pairOf(400_000, 1000));
const afterRoom = held();
await store.close();

store = await openLmdbStore({ folder, sync: sync === "sync" });
const reopened = held();
await store.close();

process.stdout.write(
  JSON.stringify({
    steps,
    failure,
    afterFailure,
    largeFailure,
    afterLarge,
    together,
    afterTogether,
    roomFailure,
    afterRoom,
    reopened,
  }),
);
