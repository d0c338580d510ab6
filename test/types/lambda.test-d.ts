// The Lambda adapter: written without the types that AWS publishes, and at home with every one of them.
import type {
  ALBEvent,
  ALBHandler,
  ALBResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithIAMAuthorizer,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  Context,
  LambdaFunctionURLEvent,
  LambdaFunctionURLHandler,
  S3Event,
  SQSEvent,
} from "aws-lambda";
import type { RequestReplyHandler } from "statefun";
import { serve, type LambdaEvent, type LambdaHandler, type LambdaResult } from "statefun/lambda";
import { exactly, fits } from "./exactly.js";

declare const functions: RequestReplyHandler;
declare const context: Context;

const handler = serve(functions);
exactly<LambdaHandler>()(handler);
exactly<Promise<LambdaResult>>()(handler({} as LambdaEvent, context));
exactly<LambdaHandler>()(serve(functions, { authorize: (request) => request.path === "/statefun" }));

handler({} as APIGatewayProxyEvent, context);
handler({} as APIGatewayProxyEventV2, context);
handler({} as APIGatewayProxyEventV2WithIAMAuthorizer, context);
handler({} as LambdaFunctionURLEvent, context);
handler({} as ALBEvent, context);
// @ts-expect-error a queue's messages are no HTTP request
handler({} as SQSEvent);
// @ts-expect-error neither is what happens in a bucket
handler({} as S3Event);

fits<APIGatewayProxyHandler>(handler);
fits<APIGatewayProxyHandlerV2>(handler);
fits<LambdaFunctionURLHandler>(handler);
fits<ALBHandler>(handler);

declare const result: LambdaResult;
fits<APIGatewayProxyResult>(result);
fits<APIGatewayProxyStructuredResultV2>(result);
fits<ALBResult>(result);
