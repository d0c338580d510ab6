// Every subpath of both packages at once: compiled and run outside this repository by scripts/pack-and-use.ts.
import http from "node:http";
import { StateFunError, type RequestReplyHandler } from "statefun";
import { startCluster, type ClusterOptions } from "statefun-dev";
import { serve as serveExpress } from "statefun/express";
import { serve as serveLambda } from "statefun/lambda";
import { serve as serveNode } from "statefun/node";
import { io } from "statefun/proto";
import { functions, greetOnce, wireNames } from "./no-node.js";
import worker from "./worker.js";

const { FromFunction, ToFunction } = io.statefun.sdk.reqreply;

/** A batch as a cluster would send it, with the state registered. */
function batch(): Uint8Array {
  return ToFunction.encode({
    invocation: {
      target: { namespace: "consumer", type: "greeter", id: "Bob" },
      state: [{ stateName: "seen" }],
      invocations: [
        {
          argument: {
            typename: "consumer/Greet",
            hasValue: true,
            value: new TextEncoder().encode('{"name":"Bob"}'),
          },
        },
      ],
    },
  }).finish();
}

async function codeOfFailure(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "none";
  } catch (error) {
    return error instanceof StateFunError ? error.code : String(error);
  }
}

/** The status of a batch that comes as the event of a function URL. */
async function statusOnLambda(handler: RequestReplyHandler): Promise<number> {
  const result = await serveLambda(handler)({
    rawPath: "/",
    headers: { "content-type": "application/octet-stream" },
    requestContext: { http: { method: "POST" } },
    body: Buffer.from(batch()).toString("base64"),
    isBase64Encoded: true,
  });
  return result.statusCode;
}

async function main(handler: RequestReplyHandler): Promise<void> {
  const answer = FromFunction.decode(await handler.handle(batch()));
  const server = http.createServer(serveNode(handler));
  const failure = await codeOfFailure(async () => handler.handle(new Uint8Array([0xff])));
  const options: ClusterOptions = {};

  console.log(
    JSON.stringify({
      state: await greetOnce(),
      messages: answer.invocationResult?.outgoingMessages?.length,
      records: answer.invocationResult?.outgoingEgresses?.length,
      refused: failure,
      listeners: server.listenerCount("request"),
      lambda: await statusOnLambda(handler),
      express: typeof serveExpress(handler),
      fetch: (await worker.fetch(new Request("http://consumer/"))).status,
      wire: wireNames > 0,
      dev: typeof startCluster === "function" && Object.keys(options).length === 0,
    }),
  );
}

void main(functions);
