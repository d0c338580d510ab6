// Brings up a real StateFun cluster on this machine, serves the greeter to it, and talks to it through Kafka.
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import { requestReplyHandler } from "statefun";
import { startCluster } from "statefun-dev";
import type { Cluster } from "statefun-dev";
import { listen } from "statefun/node";
import { greeter, person } from "./greeter.js";

/** Greetings come within seconds of a checkpoint; a slow machine may take a minute. */
const greetingLimitMillis = 180_000;

let cluster: Cluster | undefined;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    console.log("\nTaking everything down …");
    // While the cluster is still starting there is nothing to stop yet; what runs already ends with this program.
    void Promise.resolve(cluster?.stop()).finally(() => process.exit(0));
  });
}

try {
  cluster = await startCluster({ onProgress: console.log });
  const functions = await serveFunctions();
  const kafka = new Kafka({ clientId: "greeter", brokers: [cluster.kafka], logLevel: logLevel.NOTHING });

  console.log("Submitting examples/greeter/module.yaml to Flink");
  const job = await cluster.run(
    { path: "examples/greeter/module.yaml" },
    {
      name: "greeter",
      map: { "kafka:9092": cluster.kafka, "functions:8000": functions },
      topics: ["greetings"],
    },
  );
  await job.waitUntilRunning();

  const send = await sender(kafka);
  await send("Bob", "Eve", "Bob");
  await Promise.race([printGreetings(kafka, 3), silence()]);

  console.log(`
Flink's UI   ${cluster.flinkUi}
Kafka        ${cluster.kafka}: records of the topic "names" are greeted in the topic "greetings"
Type a name and press Enter to send it. Ctrl-C takes everything down.`);
  createInterface({ input: process.stdin }).on("line", (line) => {
    if (line.trim() !== "") send(line.trim()).catch(console.error);
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1); // what runs by now ends with this program
}

/** Rejects when the greetings should long have been there. */
async function silence(): Promise<never> {
  await delay(greetingLimitMillis, undefined, { ref: false });
  throw new Error(`No greetings came back within three minutes.\n${cluster?.recentLogs() ?? ""}`);
}

/** Serves the greeter on a free port, and returns its address as the module wants it. */
async function serveFunctions(): Promise<string> {
  const functions = requestReplyHandler([person, greeter]);
  const { port } = await listen(functions, { port: 0, host: "127.0.0.1", signals: false });
  return `127.0.0.1:${String(port)}`;
}

/** Writes names to the ingress topic: the key is the id of the function, the value its message. */
async function sender(kafka: Kafka): Promise<(...names: string[]) => Promise<void>> {
  const producer = kafka.producer();
  await producer.connect();
  return async (...names) => {
    for (const name of names) console.log(`→ ${name}`);
    const messages = names.map((name) => ({ key: name, value: JSON.stringify({ name }) }));
    await producer.send({ topic: "names", messages });
  };
}

/** Prints each greeting when its checkpoint has committed it; resolves after so many, and goes on. */
async function printGreetings(kafka: Kafka, count: number): Promise<void> {
  const consumer = kafka.consumer({
    groupId: "greeter-terminal",
    readUncommitted: false,
    maxWaitTimeInMs: 200,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: "greetings", fromBeginning: true });
  let printed = 0;
  await new Promise<void>((resolve, reject) => {
    const eachMessage = ({
      message,
    }: {
      readonly message: { readonly value: Buffer | null };
    }): Promise<void> => {
      console.log(`← ${String(message.value)}`);
      printed += 1;
      if (printed === count) resolve();
      return Promise.resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
}
