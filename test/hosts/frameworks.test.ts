import { serve as listenWithHono } from "@hono/node-server";
import express from "express";
import express4 from "express-4";
import Fastify from "fastify";
import { Hono } from "hono";
import type { Server } from "node:http";
import { serve as serveExpress } from "statefun/express";
import { serve as serveFastify } from "statefun/fastify";
import { serve as serveFetch } from "statefun/fetch";
import { hostOf, nodeHost, portOf, served } from "../server-adapters/host.js";
import { adapterSuite } from "../server-adapters/suite.js";

adapterSuite(
  "on Express 4",
  nodeHost((functions) => express4().use(serveExpress(functions))),
);
adapterSuite(
  "on Express 5",
  nodeHost((functions) => express().use(serveExpress(functions))),
);

adapterSuite(
  "on Fastify 5, beside parsers of the application that read everything",
  hostOf(async (functions, readBodyInFront) => {
    const app = Fastify({ bodyLimit: 1 });
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
      done(null, body);
    });
    if (readBodyInFront) {
      app.addHook("onRequest", ({ raw }, _reply, done) => void raw.once("end", done).resume());
    }
    app.register(serveFastify(functions));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { endpoint: { port: portOf(app.server) }, close: () => app.close() };
  }),
);

adapterSuite(
  "on Hono, on Node",
  hostOf(async (functions, readBodyInFront) => {
    const app = new Hono();
    const handler = serveFetch(functions);
    app.use(async (context, next) => {
      if (readBodyInFront) await context.req.raw.text();
      await next();
    });
    app.all("*", (context) => handler(context.req.raw));
    const server = await new Promise<Server>((resolve) => {
      const listening = listenWithHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => {
        resolve(listening as Server);
      });
    });
    return served(server, { port: portOf(server) });
  }),
  { ownsConnections: true },
);
