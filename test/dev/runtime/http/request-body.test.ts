import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { readBody } from "../../../../dev/runtime/http/request-body.js";
import { eventually } from "../../eventually.js";

const maxBytes = 10;
let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** Sends `request` as it is, and gives what was read of its body and what was answered. */
async function exchange(request: string, later = ""): Promise<{ body: string | undefined; answer: string }> {
  let body: string | undefined = "not asked for";
  const handle: Parameters<typeof createServer>[1] = (message, response) => {
    readBody(message, response, maxBytes, (read) => {
      body = read?.toString();
      response.end();
    });
  };
  server = createServer(handle);
  server.on("checkContinue", handle as never);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString()));
  socket.write(request);
  if (later !== "") {
    await eventually("it is asked for", () => answer.includes("100 Continue"));
    socket.write(later);
  }
  await eventually("it is answered", () => answer.includes("HTTP/1.1 200"));
  socket.destroy();
  return { body, answer };
}

const head = "POST / HTTP/1.1\r\nhost: x\r\n";

test.each([
  ["no body", `${head}\r\n`, ""],
  ["a body of a known length", `${head}content-length: 10\r\n\r\n0123456789`, "0123456789"],
  ["a body in chunks", `${head}transfer-encoding: chunked\r\n\r\n3\r\n012\r\n2\r\n34\r\n0\r\n\r\n`, "01234"],
])("%s is read", async (_, request, expected) => {
  expect((await exchange(request)).body).toBe(expected);
});

test.each([
  ["announced and sent", `${head}content-length: 11\r\n\r\n0123456789a`],
  ["announced and never sent", `${head}content-length: 1000000\r\n\r\n`],
  ["sent in chunks", `${head}transfer-encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n67890\r\n0\r\n\r\n`],
])("a body that is too large, %s, is not", async (_, request) => {
  expect((await exchange(request)).body).toBeUndefined();
});

test("a client that waits to be asked is asked, but not for what it announces as too large", async () => {
  const asked = await exchange(`${head}expect: 100-continue\r\ncontent-length: 3\r\n\r\n`, "012");
  server?.close();
  const refused = await exchange(`${head}expect: 100-continue\r\ncontent-length: 11\r\n\r\n`);

  expect(asked.body).toBe("012");
  expect(refused.body).toBeUndefined();
  expect(refused.answer).not.toContain("100 Continue");
});
