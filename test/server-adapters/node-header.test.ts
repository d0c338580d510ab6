import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { headerOf } from "../../server-adapters/node-header.js";

test("a header is found whatever the case of its name", () => {
  const request = requestWith("Host", "h", "Content-Type", "text/plain");

  expect(headerOf(request, "content-type")).toBe("text/plain");
});

test("a header that was not sent is undefined", () => {
  const request = requestWith("Content-Language", "en");

  expect(headerOf(request, "content-encoding")).toBeUndefined();
});

test("requests of hosts that fill headers alone are read as well", () => {
  const request = requestWith();
  request.headers["content-encoding"] = "gzip";

  expect(headerOf(request, "content-encoding")).toBe("gzip");
});

function requestWith(...rawHeaders: string[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = rawHeaders;
  return request;
}
