import type { IncomingMessage } from "node:http";
import { Problem } from "./problem.js";

/**
 * The most bytes of a body: a message of 6 MiB as base64, which is more than a person sends by hand and little beside
 * the memory of the process.
 */
export const maxBodyBytes = 8 * 2 ** 20;

/**
 * The JSON that a request brings.
 *
 * @throws Problem 400 if it is no JSON, 413 if it is too large, 415 if it says it is something else: a page in a browser
 * can post text anywhere, and JSON not
 */
export async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) {
    const found = type === "" ? "no content-type" : `content-type ${JSON.stringify(type)}`;
    throw new Problem(
      415,
      "unsupported-media-type",
      `the body has ${found}; send content-type: application/json`,
    );
  }
  const bytes = await bodyBytes(request);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new Problem(400, "malformed-body", `the body is not JSON: ${(error as Error).message}`);
  }
}

async function bodyBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) throw tooLarge();
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): Problem {
  return new Problem(
    413,
    "too-large",
    `the body has more than ${maxBodyBytes.toString()} bytes; send large messages through an ingress`,
    { connection: "close" },
  );
}
