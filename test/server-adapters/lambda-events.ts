/** The events that AWS makes of an HTTP request, field by field as its documentation shows them. */
import type { IncomingMessage } from "node:http";

/** What can stand in front of a Lambda function. */
export type FrontShape =
  | "REST API"
  | "HTTP API"
  | "HTTP API with payload format 1.0"
  | "function URL"
  | "load balancer"
  | "load balancer with multi-value headers";

export const frontShapes: readonly FrontShape[] = [
  "REST API",
  "HTTP API",
  "HTTP API with payload format 1.0",
  "function URL",
  "load balancer",
  "load balancer with multi-value headers",
];

/** One request, as far as events tell of it. */
export type EventRequest = Pick<IncomingMessage, "method" | "url" | "rawHeaders">;

/** The event of a request. A REST API is taken to be configured with the binary media type for everything. */
export function lambdaEvent(shape: FrontShape, request: EventRequest, body: Buffer): object {
  switch (shape) {
    case "REST API":
      return restApiEvent(request, body);
    case "HTTP API with payload format 1.0":
      return { version: "1.0", ...restApiEvent(request, body, bodyByMediaType(request, body)) };
    case "HTTP API":
      return httpApiEvent(request, body, "r3pmxmplak.execute-api.us-east-2.amazonaws.com");
    case "function URL":
      return httpApiEvent(request, body, "abcdefgh01234567.lambda-url.us-east-2.on.aws");
    case "load balancer":
      return { ...loadBalancerEvent(request, body), headers: lastValues(request, true) };
    case "load balancer with multi-value headers":
      return { ...loadBalancerEvent(request, body), multiValueHeaders: allValues(request, true) };
  }
}

interface EventBody {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

function restApiEvent(request: EventRequest, body: Buffer, encoded: EventBody = base64(body)): object {
  const { method, path, query } = target(request);
  return {
    resource: "/{proxy+}",
    path,
    httpMethod: method,
    headers: lastValues(request, false),
    multiValueHeaders: allValues(request, false),
    queryStringParameters: query.size === 0 ? null : Object.fromEntries(query),
    multiValueQueryStringParameters:
      query.size === 0
        ? null
        : Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)])),
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      resourceId: "2gxmpl",
      resourcePath: "/{proxy+}",
      httpMethod: method,
      extendedRequestId: "JJbxmplHYosFVYQ=",
      requestTime: "10/Mar/2026:00:03:59 +0000",
      path: `/prod${path}`,
      accountId: "123456789012",
      protocol: "HTTP/1.1",
      stage: "prod",
      domainPrefix: "70ixmpl4fl",
      requestTimeEpoch: 1773100800000,
      requestId: "77375676-xmpl-4b79-853a-f982474efe18",
      identity: {
        cognitoIdentityPoolId: null,
        accountId: null,
        cognitoIdentityId: null,
        caller: null,
        sourceIp: "192.0.2.1",
        principalOrgId: null,
        accessKey: null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: null,
        userAgent: "statefun",
        user: null,
      },
      domainName: "70ixmpl4fl.execute-api.us-east-2.amazonaws.com",
      apiId: "70ixmpl4fl",
    },
    ...encoded,
  };
}

function httpApiEvent(request: EventRequest, body: Buffer, domainName: string): object {
  const { method, path, query } = target(request);
  const { body: text, isBase64Encoded } = bodyByMediaType(request, body);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query.toString(),
    headers: joinedValues(request),
    ...(query.size === 0 ? {} : { queryStringParameters: Object.fromEntries(query) }),
    requestContext: {
      accountId: "123456789012",
      apiId: domainName.slice(0, domainName.indexOf(".")),
      domainName,
      domainPrefix: domainName.slice(0, domainName.indexOf(".")),
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "statefun" },
      requestId: "JKJaXmPLvHcESHA=",
      routeKey: "$default",
      stage: "$default",
      time: "10/Mar/2026:05:16:23 +0000",
      timeEpoch: 1773100800000,
    },
    ...(text === null ? {} : { body: text }),
    isBase64Encoded,
  };
}

function loadBalancerEvent(request: EventRequest, body: Buffer): object {
  const { method, path, query } = target(request);
  const { body: text, isBase64Encoded } = bodyByMediaType(request, body);
  return {
    requestContext: {
      elb: {
        targetGroupArn:
          "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/statefun/49e9d65c45c6791a",
      },
    },
    httpMethod: method,
    path,
    queryStringParameters: Object.fromEntries(query),
    body: text ?? "",
    isBase64Encoded,
  };
}

function target({ method = "", url = "" }: EventRequest): {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
} {
  const [path = "", ...query] = url.split("?");
  return { method, path, query: new URLSearchParams(query.join("?")) };
}

function base64(body: Buffer): EventBody {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  return { body: body.toString("base64"), isBase64Encoded: true };
}

/** All but REST APIs decide by the media type: what is text by its name goes on as text. */
function bodyByMediaType(request: EventRequest, body: Buffer): EventBody {
  const contentType = joinedValues(request)["content-type"] ?? "";
  if (body.length === 0 || !/^(?:text\/|application\/(?:json|javascript|xml)\b)/i.test(contentType)) {
    return base64(body);
  }
  return { body: body.toString("utf8"), isBase64Encoded: false };
}

function allValues({ rawHeaders }: EventRequest, lowerCase: boolean): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const written = rawHeaders[index] ?? "";
    const name = lowerCase ? written.toLowerCase() : written;
    (values[name] ??= []).push(rawHeaders[index + 1] ?? "");
  }
  return values;
}

function lastValues(request: EventRequest, lowerCase: boolean): Record<string, string> {
  return mapped(allValues(request, lowerCase), (values) => values.at(-1) ?? "");
}

function joinedValues(request: EventRequest): Record<string, string> {
  return mapped(allValues(request, true), (values) => values.join(","));
}

function mapped(
  values: Record<string, string[]>,
  one: (values: readonly string[]) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, one(all)]));
}
