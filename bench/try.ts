import { codec, awaitingCodec } from "./contestants/try-codec.js";
import { official } from "./contestants/official.js";
import { ours } from "./contestants/ours.js";
import { requestsFor } from "./work/requests.js";
import { verifyAnswers } from "./work/answers.js";
import { batchSizes, functionNames } from "./work/contract.js";
import { measure, warmUp, fullEffort } from "./measure.js";
for (const name of functionNames)
  for (const x of [codec(name), awaitingCodec(name), official(), ours()])
    await warmUp(x, requestsFor({ name, batch: 10 }), 500, fullEffort);
for (const name of functionNames)
  for (const batch of batchSizes) {
    const work = { name, batch };
    const requests = requestsFor(work);
    const c = { c: codec(name), a: awaitingCodec(name), x: official(), o: ours() };
    await verifyAnswers(work, requests, Object.values(c));
    const r = await measure(c, requests, { ...fullEffort, rounds: 9 });
    console.log(
      name,
      batch,
      ...Object.entries(r).map(
        ([k, v]) => `${k} ${((1000 * batch) / v.micros).toFixed(0)} ±${(v.spread * 100).toFixed(0)}%`,
      ),
      "ours/official",
      (r.x.micros / r.o.micros).toFixed(2),
      "bare/official",
      (r.x.micros / r.a.micros).toFixed(2),
      "api cost",
      (r.o.micros / r.a.micros).toFixed(2),
    );
  }
