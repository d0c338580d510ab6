// The functions of the crash test, as a program of its own that serves on the port `PORT` until it is killed.
import { requestReplyHandler } from "statefun";
import { listen } from "statefun/node";
import { functions } from "./functions.js";

await listen(requestReplyHandler(functions), { port: Number(process.env.PORT), host: "127.0.0.1" });
