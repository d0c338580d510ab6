import { listen, serve } from "statefun/node";
import { hostOf, nodeHost } from "./host.js";
import { adapterSuite } from "./suite.js";

adapterSuite("on node:http", nodeHost(serve));

adapterSuite(
  "on listen()",
  hostOf(async (functions) => {
    const { port = 0, close } = await listen(functions, {
      port: 0,
      host: "127.0.0.1",
      signals: false,
      idleGrace: { milliseconds: 0 },
      drainTimeout: { milliseconds: 100 },
    });
    return {
      endpoint: { port },
      close: async () => {
        await close();
      },
    };
  }),
  { nothingInFront: true },
);
