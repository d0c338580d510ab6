import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gzip, type InputType, type ZlibOptions } from "node:zlib";
import type { Answer } from "../answer.js";
import { headerOf } from "../node-header.js";

const compress: (data: InputType, options: ZlibOptions) => Promise<Buffer> = promisify(gzip);

/** Replies are compressed to save a network, and not at any price: the fastest level takes most of what there is. */
const compressionLevel = 1;

/** Whether the client asked for gzip, as every cluster does, and did not rule it out with `q=0`. */
export function takesGzip(request: IncomingMessage): boolean {
  const accepted = headerOf(request, "accept-encoding");
  if (accepted === undefined) return false;
  return accepted.split(",").some((one) => {
    const [coding = "", ...parameters] = one.split(";").map((part) => part.trim().toLowerCase());
    return (
      (coding === "gzip" || coding === "x-gzip") && !parameters.some((part) => /^q=0(\.0*)?$/.test(part))
    );
  });
}

/** The answer with its body compressed, or as it is where that is no shorter. */
export async function compressed(answer: Answer): Promise<Answer> {
  const body = await compress(answer.body, { level: compressionLevel });
  if (body.length >= answer.body.length) return answer;
  const headers = {
    ...answer.headers,
    "content-length": String(body.length),
    "content-encoding": "gzip",
    vary: "accept-encoding",
  };
  return { ...answer, headers, body };
}

/** The head of an answer as the flat list that Node writes fastest; only for servers that nobody wraps. */
export function flatHead({ headers }: Answer, closes: boolean): string[] {
  const list: string[] = [];
  for (const name in headers) list.push(name, headers[name] as string);
  if (closes) list.push("connection", "close");
  return list;
}
