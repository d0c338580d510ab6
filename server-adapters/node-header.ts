import type { IncomingMessage } from "node:http";

/**
 * The value of a header, by its lower-case name. `request.headers` would make an object of all of them first, of which
 * a batch needs two or three: that costs as much as reading the batch.
 */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const { rawHeaders } = request;
  // What stands in for node's requests where there is no node server may fill `headers` alone.
  if (rawHeaders.length === 0) return request.headers[name]?.toString();
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] as string;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    if (found !== undefined) return repeatedHeader(request, name);
    found = rawHeaders[i + 1];
  }
  return found;
}

/** All values of a header that was sent more than once: node would keep the first of some of them in silence. */
function repeatedHeader(request: IncomingMessage, name: string): string | undefined {
  return request.headersDistinct[name]?.join(", ");
}
