import { listen } from "statefun/node";
import { functions } from "../functions/ours.js";
import { tellPort } from "./started.js";

const workers = process.argv[2] === undefined ? undefined : Number(process.argv[2]);

const { port, role } = await listen(functions, { port: 0, host: "127.0.0.1", workers });

if (role !== "worker" && port !== undefined) tellPort(port);
