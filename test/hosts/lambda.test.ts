import path from "node:path";
import type { StartHost } from "../server-adapters/host.js";
import type { FrontShape } from "../server-adapters/lambda-events.js";
import { Log } from "../server-adapters/log.js";
import { adapterSuite } from "../server-adapters/suite.js";
import { startLambda } from "./start-lambda.js";

// The client puts the time, the id of the event and a level in front of what a function prints.
const logLine = /(?:^|\t)log (?<line>".*")$/;

function lambdaHost(front: FrontShape): StartHost {
  return async (options) => {
    const log = new Log();
    const { port, close } = await startLambda({
      entry: path.join(__dirname, "programs/lambda.ts"),
      env: { HOST_OPTIONS: JSON.stringify(options) },
      front,
      onLine: (text) => {
        const line = logLine.exec(text)?.groups?.line;
        if (line !== undefined) log.add(JSON.parse(line) as string);
      },
    });
    return { endpoint: { port }, log, close };
  };
}

const shapes: readonly FrontShape[] = ["REST API", "HTTP API", "load balancer with multi-value headers"];

for (const front of shapes) {
  adapterSuite(`on the AWS Lambda runtime client, behind a ${front}`, lambdaHost(front), {
    gatewayInFront: true,
  });
}
