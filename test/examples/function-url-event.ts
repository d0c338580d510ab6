import type { LambdaFunctionURLEvent } from "aws-lambda";

/** What a Lambda function URL makes of a batch that a cluster posts to it. */
export function functionUrlEvent(body: Uint8Array): LambdaFunctionURLEvent {
  const host = "u7p2n6hx3v5kq4yzt8wr.lambda-url.eu-central-1.on.aws";
  const path = "/statefun";
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: "",
    headers: {
      "accept-encoding": "gzip,deflate",
      "content-length": String(body.length),
      "content-type": "application/octet-stream",
      host,
      "user-agent": "statefun",
      "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
      "x-amzn-tls-version": "TLSv1.3",
      "x-amzn-trace-id": "Root=1-6740a1b2-0f1e2d3c4b5a69788796a5b4",
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
    },
    requestContext: {
      accountId: "anonymous",
      apiId: "u7p2n6hx3v5kq4yzt8wr",
      domainName: host,
      domainPrefix: "u7p2n6hx3v5kq4yzt8wr",
      http: { method: "POST", path, protocol: "HTTP/1.1", sourceIp: "203.0.113.9", userAgent: "statefun" },
      requestId: "1f0e5a58-6d4c-4f0e-9a39-2b8f0c7d6e5a",
      routeKey: "$default",
      stage: "$default",
      time: "24/Nov/2026:16:00:00 +0000",
      timeEpoch: 1_795_536_000_000,
    },
    body: Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
  };
}
