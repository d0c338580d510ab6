import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { serializedTypedValue } from "statefun/wire";
import { readModule } from "../../../../dev/module/read-module.js";
import { realClock } from "../../../../dev/runtime/real-clock.js";
import { Runtime } from "../../../../dev/runtime/runtime.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import { endpointsFromSpecs } from "../../../../dev/runtime/transport/endpoint-from-spec.js";

test("D32: an endpoint for exactly one function comes before that for all of its namespace, wherever it stands, and {function.name} becomes the name", async () => {
  const called: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    called.push(request.url);
    request.resume().once("end", () => {
      response.writeHead(200, { "content-type": "application/octet-stream", "content-length": 0 }).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const endpointOf = (functions: string, path: string): string =>
    `kind: io.statefun.endpoints.v2/http\nspec:\n  functions: ${functions}\n  urlPathTemplate: ${origin}/${path}\n`;
  const { endpoints } = readModule(
    [endpointOf("example/*", "all/{function.name}"), endpointOf("example/b", "exact")].join("---\n"),
  );
  const clock = realClock();
  const runtime = new Runtime({
    store: memoryStore(),
    clock,
    endpoints: endpointsFromSpecs(endpoints, { clock }),
  });
  await runtime.start();

  const argument = serializedTypedValue("example/any", Uint8Array.of(1));
  for (const name of ["a", "b", "c"]) {
    runtime
      .gate("example/in")
      .admit({ messages: [{ target: { namespace: "example", name }, id: "1", argument }] });
    await runtime.whenIdle();
  }

  expect(called).toEqual(["/all/a", "/exact", "/all/c"]);
  await runtime.close();
  server.close();
});
