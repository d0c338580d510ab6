import Fastify from "fastify";
import { serve } from "statefun/fastify";
import { hostOf, portOf } from "./host.js";
import { adapterSuite } from "./suite.js";

adapterSuite(
  "on Fastify 5",
  hostOf(async (functions, readBodyInFront) => {
    const app = Fastify();
    if (readBodyInFront) {
      app.addHook("onRequest", ({ raw }, _reply, done) => void raw.once("end", done).resume());
    }
    await app.register(serve(functions));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { endpoint: { port: portOf(app.server) }, close: () => app.close() };
  }),
);
