import express from "express";
import express4 from "express-4";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { requestReplyHandler } from "statefun";
import { serve } from "statefun/express";
import { conformanceFunction } from "./conformance-functions.js";
import { Log } from "./log.js";
import { hi, noEffects } from "./requests.js";

const everything = { type: () => true };

describe.each([
  { version: 4, make: express4 },
  { version: 5, make: express },
])("Express $version", ({ make }) => {
  test.each([
    { parser: make.json(everything), body: '{"a":1}', named: "express.json()" },
    { parser: make.urlencoded({ ...everything, extended: false }), body: hi, named: "express.urlencoded()" },
    { parser: make.text(everything), body: hi, named: "express.text()" },
    { parser: readsTheStream, body: hi, named: "something that reads the stream itself" },
  ])("a body that $named has read is 500 and an error that names it", async ({ parser, body, named }) => {
    const { app, log } = appWith(parser);

    const response = await post(app, Buffer.from(body));

    expect(response.status).toBe(500);
    expect(response.text).toBe("The body was read before it reached the functions.\n");
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain(
      `[body-already-read] the body was read before it reached the functions, most likely by ${named}`,
    );
  });

  test.each([
    { name: "json()", parser: make.json() },
    { name: "urlencoded()", parser: make.urlencoded({ extended: true }) },
    { name: "text()", parser: make.text() },
    { name: "raw(), which reads the batches", parser: make.raw() },
  ])("a parser that keeps to its own media types does no harm: $name", async ({ parser }) => {
    const { app, log } = appWith(parser);

    const response = await post(app, hi);

    expect(response.status).toBe(200);
    expect(response.body).toEqual(noEffects);
    expect(log.lines).toEqual(["ran hi"]);
  });

  test("raw() undoes a compression that the functions would not know", async () => {
    const { app, log } = appWith(make.raw());

    const response = await post(app, gzipSync(hi)).set("content-encoding", "gzip");

    expect(response.status).toBe(200);
    expect(log.lines).toEqual(["ran hi"]);
  });

  test("an empty body that raw() leaves alone is a malformed request", async () => {
    const { app, log } = appWith(make.raw());

    const response = await supertest(app).post("/statefun");

    expect(response.status).toBe(400);
    expect(log.lines).toEqual([expect.stringContaining("[malformed-request]")]);
  });

  test("app.post leaves other methods to the application", async () => {
    const app = make().post("/statefun", serve(requestReplyHandler([])));

    const response = await supertest(app).get("/statefun");

    expect(response.status).toBe(404);
  });

  test("a report names the path as the client sent it", async () => {
    const { app, log } = appWith(readsTheStream);

    await supertest(app).get("/statefun/deeper?a=b");

    expect(log.lines).toEqual([expect.stringContaining("GET /statefun/deeper:")]);
  });

  function appWith(parser: express.RequestHandler): { app: express.Express; log: Log } {
    const log = new Log();
    const functions = requestReplyHandler([conformanceFunction(log)], {
      onError: (error) => {
        log.add(error.message);
      },
    });
    return { app: make().use(parser).use("/statefun", serve(functions)), log };
  }
});

/** As parsers of uploads, proxies and loggers do: consumes the stream and leaves no `body`. */
function readsTheStream(
  request: express.Request,
  _response: express.Response,
  next: express.NextFunction,
): void {
  request
    .on("end", () => {
      next();
    })
    .resume();
}

function post(app: express.Express, body: Buffer): supertest.Test {
  return supertest(app).post("/statefun").set("content-type", "application/octet-stream").send(body);
}
