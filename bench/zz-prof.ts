import { ours } from "/work/main/bench/contestants/ours.js";
import { requestsFor } from "/work/main/bench/work/requests.js";
const name = process.argv[2] as any,
  batch = Number(process.argv[3]) as any;
const c = ours();
const reqs = requestsFor({ name, batch });
async function run(n: number) {
  for (let i = 0; i < n; i++) await c.answer(reqs[i % reqs.length]!);
}
await run(Math.ceil(100000 / batch) + 2000);
for (let k = 0; k < 5; k++) {
  const n = Math.ceil(600000 / batch);
  const s = process.cpuUsage();
  await run(n);
  const e = process.cpuUsage(s);
  console.log(((1000 * (e.user + e.system)) / (n * batch)).toFixed(0), "ns/inv");
}
