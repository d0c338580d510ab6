import { requestReplyHandler, type AnyStatefulFunction } from "statefun";
import { listen } from "statefun/node";

/** Serves functions on a free port of the loopback interface, and says which. */
export async function serve(...functions: readonly AnyStatefulFunction[]): Promise<void> {
  const { url } = await listen(requestReplyHandler(functions), { port: 0, host: "127.0.0.1", log: false });
  process.stdout.write(`listening ${new URL(url).port}\n`);
}
