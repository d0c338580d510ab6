// The greeter's functions in two workers, as a program of its own; what becomes of the workers goes to standard output.
import { requestReplyHandler } from "statefun";
import { listen } from "statefun/node";
import { greeter, person } from "../../examples/greeter/greeter.js";

await listen(requestReplyHandler([person, greeter]), {
  port: Number(process.env.PORT),
  host: "127.0.0.1",
  workers: 2,
  log: (entry) => {
    if (entry.event.startsWith("worker-")) console.log(JSON.stringify(entry));
  },
});
