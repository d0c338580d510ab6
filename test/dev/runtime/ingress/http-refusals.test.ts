import { describe, expect, test } from "@jest/globals";
import { json, post, started } from "./started-ingress.js";

describe("a request is refused", () => {
  test.each([
    ["a path of two parts", "/example/greeter", "{}", json, 400, "has fewer than three parts"],
    ["a path without an id", "/example/greeter/", "{}", json, 400, "has an empty part"],
    ["a path that is not UTF-8", "/example/greeter/%ff", "{}", json, 400, "percent sign"],
    ["JSON that is none", "/example/greeter/1", "{", json, 400, "not JSON"],
    [
      "a JSON value that the type does not have",
      "/example/counter/1",
      '"a"',
      json,
      400,
      "a whole number of 32 bits",
    ],
    [
      "text that is not UTF-8",
      "/example/both/1",
      Uint8Array.of(0xff),
      { "content-type": "text/plain" },
      400,
      "not UTF-8",
    ],
    [
      "JSON for a function of several types",
      "/example/both/1",
      "{}",
      json,
      415,
      "takes several types (io.statefun.types/string, example/greet)",
    ],
    [
      "text for a function that takes none",
      "/example/greeter/1",
      "Ada",
      { "content-type": "text/plain" },
      415,
      "example/greeter takes example/greet",
    ],
    [
      "a compressed body",
      "/example/greeter/1",
      "{}",
      { ...json, "content-encoding": "gzip" },
      415,
      "compressed",
    ],
    ["another method's path", "/example/greeter/1", "x".repeat(101), json, 413, "larger than 100 bytes"],
    [
      "a page of another origin",
      "/example/greeter/1",
      "{}",
      { ...json, origin: "http://evil.example" },
      403,
      "another origin",
    ],
  ])("for %s", async (_, path, body, headers, status, detail) => {
    const { gate, url } = await started({ maxRequestBytes: 100 });

    const refused = await post(url + path, body, headers);

    expect(refused.status).toBe(status);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.answer).toMatchObject({ status, detail: expect.stringContaining(detail) });
    expect(gate.admitted).toEqual([]);
  });

  test("for a function that nobody serves, with the names of those that there are", async () => {
    const { gate, url } = await started();
    gate.served.push("example/greeter");

    const { status, answer } = await post(`${url}/example/greter/1`, "{}", json);

    expect(status).toBe(404);
    expect(answer).toMatchObject({
      detail:
        'no endpoint serves the function "example/greter": there are example/greeter, example/counter, example/both',
      functions: ["example/greeter", "example/counter", "example/both"],
    });
  });

  test("for a method that sends nothing", async () => {
    const { url } = await started();

    const response = await fetch(`${url}/example/greeter/1`, { method: "DELETE" });

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST, PUT, GET");
  });
});
