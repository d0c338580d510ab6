// The plugin of Fastify beside Fastify's own types: compiled by scripts/pack-and-use.ts once Fastify is installed.
import Fastify from "fastify";
import { serve } from "statefun/fastify";
import { functions } from "./no-node.js";

const app = Fastify({ logger: true });
await app.register(serve(functions), { path: "/statefun" });
await app.register(serve(functions), { prefix: "/below" });
// @ts-expect-error -- a path is a string
app.register(serve(functions), { path: 7 });
