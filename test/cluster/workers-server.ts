// The greeter's functions in two workers, as a program of its own; what becomes of the workers goes to standard output.
import cluster from "node:cluster";
import { requestReplyHandler } from "statefun";
import { listen } from "statefun/node";
import { greeter, person } from "../../examples/greeter/greeter.js";

// Workers accept for themselves. With Node's other policy the primary hands connections out, and one that is on its way
// to a worker which dies stays open and is never answered: its batch would wait until the cluster gives up on it.
cluster.schedulingPolicy = cluster.SCHED_NONE;

await listen(requestReplyHandler([person, greeter]), {
  port: Number(process.env.PORT),
  host: "127.0.0.1",
  workers: 2,
  log: (entry) => {
    if (entry.event.startsWith("worker-")) console.log(JSON.stringify(entry));
  },
});
