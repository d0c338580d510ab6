import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "@jest/globals";
import { expectSuccess } from "../expectations.js";
import { exchange, RawClient } from "../raw-client.js";
import { hi } from "../requests.js";

test("two servers of one process end together: the process goes on until the slower one has answered", async () => {
  const program = path.join(__dirname, "two-servers-program.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const exit = once(child, "exit");
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const said = async (): Promise<string> => String((await lines.next()).value);
    const port = Number((await said()).replace("slow at ", ""));

    const client = await RawClient.connect({ port });
    const response = exchange(client, hi);
    expect(await said()).toBe("ran");
    child.kill("SIGTERM");

    expectSuccess(await response);
    expect(await exit).toEqual([0, null]);
  } finally {
    child.kill("SIGKILL");
  }
});
