import { openLmdbStore } from "../../../../../dev/runtime/store/lmdb.js";
import type { StoreWrite } from "../../../../../dev/runtime/store/store.js";

// Commits steps that hold one number in several tables, and reports each once it is durable, until it is killed.
const [, , folder = "", sync = "", seed = "0"] = process.argv;
const store = await openLmdbStore({ folder, sync: sync === "sync" });
const first = Number(store.get("meta", "next") ?? 0);

/** Step `step` moves a message on, replaces a state value of changing size, and adds an egress record. */
function writesOf(step: number): StoreWrite[] {
  const text = Buffer.from(step.toString());
  const size = step % 50 === 0 ? 20_000 : 200 + ((step * 7919 + Number(seed)) % 500);
  return [
    { table: "meta", key: "next", value: Buffer.from((step + 1).toString()) },
    { table: "mail", key: step, value: text },
    ...(step < 20 ? [] : [{ table: "mail" as const, key: step - 20, value: undefined }]),
    {
      table: "state",
      key: `1/${(step % 100).toString()}`,
      value: Buffer.concat([text, Buffer.alloc(size, ":")]),
    },
    { table: "outbox", key: step, value: text },
  ];
}

for (let step = first; ;) {
  const group: Promise<void>[] = [];
  for (let at = 0; at < 5; at++, step++) group.push(store.commit(writesOf(step)));
  await Promise.all(group);
  // Written before the next step begins: the pipe has it even if the process ends at once.
  if (!process.stdout.write(`${(step - 1).toString()}\n`))
    await new Promise((resolve) => process.stdout.once("drain", resolve));
}
