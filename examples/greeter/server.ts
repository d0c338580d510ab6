import { requestReplyHandler } from "statefun";
import { listen } from "statefun/node";
import { greeter, person } from "./greeter.js";

const functions = requestReplyHandler([person, greeter]);

const { url } = await listen(functions, { port: Number(process.env.PORT ?? 8000) });
console.log("functions are served at", url);
