import { ours } from "./contestants/ours.js";
import { requestsFor } from "./work/requests.js";
const [name, batch, millis] = [
  process.argv[2] as "relay",
  Number(process.argv[3]) as 100,
  Number(process.argv[4] ?? 4000),
];
const requests = requestsFor({ name, batch });
const o = ours();
const end = Date.now() + millis;
let n = 0;
const b = process.cpuUsage();
while (Date.now() < end)
  for (let i = 0; i < 200 / batch + 1; i++) {
    await o.answer(requests[n++ % 8]!);
  }
const c = process.cpuUsage(b);
console.log(name, batch, ((n * batch) / ((c.user + c.system) / 1000)).toFixed(0), "k/s");
