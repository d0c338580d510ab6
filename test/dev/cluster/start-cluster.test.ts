import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { startCluster } from "statefun-dev";
import { freePorts } from "../../../dev/cluster/ports.js";
import { temporaryFolder } from "../temporary-folder.js";

test.each(["kafka", "flinkUi"])("a taken port for %s is refused before anything is started", async (name) => {
  const [port = 0] = await freePorts(1);
  const holder = createServer().listen(port, "127.0.0.1");
  await once(holder, "listening");

  await expect(startCluster({ ports: { [name]: port } })).rejects.toMatchObject({
    code: "port-taken",
    message: expect.stringContaining(`Port ${String(port)}`),
  });
  holder.close();
});

test("a folder that is not empty is refused, and left as it is", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "mine"), "");

  await expect(startCluster({ directory: folder })).rejects.toMatchObject({
    code: "invalid-argument",
    message: expect.stringContaining(`${folder} is not empty`),
  });
  expect(readdirSync(folder)).toEqual(["mine"]);
});

test.each([0, 1.5])("a worker with %d slots is refused", async (slots) => {
  await expect(startCluster({ slots })).rejects.toMatchObject({ code: "invalid-argument" });
});
