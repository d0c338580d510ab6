import { listen } from "statefun/node";
import { greeterFunctions } from "../greeter.js";

// The functions of the bench, as a user serves them, for our runtime and for Flink alike.

process.once("disconnect", () => process.exit());

const { port } = await listen(greeterFunctions, { port: 0, host: "127.0.0.1", signals: false });

process.send?.({ port });
