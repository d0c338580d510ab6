import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { checkPortIsFree, freePorts } from "../../../dev/cluster/ports.js";

test("picked ports differ from each other and can be listened on", async () => {
  const ports = await freePorts(4);

  expect(new Set(ports).size).toBe(4);
  for (const port of ports) await expect(checkPortIsFree(port, "a test")).resolves.toBeUndefined();
});

test("a port that is taken is named, with what it was wanted for", async () => {
  const [port = 0] = await freePorts(1);
  const holder = createServer().listen(port, "127.0.0.1");
  await once(holder, "listening");

  await expect(checkPortIsFree(port, "Kafka")).rejects.toMatchObject({
    code: "port-taken",
    message: expect.stringContaining(`Port ${String(port)}, wanted for Kafka`),
  });
  holder.close();
});

test.each([0, -1, 65536, 1.5, Number.NaN])("%d is refused as a port", async (port) => {
  await expect(checkPortIsFree(port, "Kafka")).rejects.toMatchObject({ code: "invalid-argument" });
});
