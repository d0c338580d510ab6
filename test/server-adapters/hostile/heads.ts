import { batchHead, head } from "../raw-client.js";
import { batch, hi } from "../requests.js";
import type { HostileCase } from "./encounter.js";

const ok: Pick<HostileCase, "answers" | "connection" | "reports"> = {
  answers: [200],
  connection: "kept",
  reports: [],
};
/** What Node's parser refuses: nothing of it reaches the functions. */
const notHttp: typeof ok = { answers: [400], connection: "closed", reports: [] };
const length = `content-length: ${String(hi.length)}\r\n`;

/** A batch whose head has one line more, as it stands. */
function withLine(line: string): readonly (string | Uint8Array)[] {
  return [`POST /statefun HTTP/1.1\r\nhost: localhost\r\n${length}${line}\r\n`, hi];
}

function withRequestLine(line: string): readonly (string | Uint8Array)[] {
  return [`${line}\r\nhost: localhost\r\n${length}\r\n`, hi];
}

/** Heads that are too large, are not HTTP, or try to smuggle something. */
export const heads: readonly HostileCase[] = [
  {
    does: "sends one header of 20 KiB",
    sends: withLine(`x: ${"x".repeat(20_480)}\r\n`),
    ...notHttp,
    answers: [431],
  },
  {
    does: "sends 20,000 short headers",
    sends: withLine("a: b\r\n".repeat(20_000)),
    ...notHttp,
    answers: [431],
  },
  { does: "sends as many short headers as fit", sends: withLine("a: b\r\n".repeat(5000)), ...ok },
  {
    does: "sends a path of 20 KiB",
    sends: withRequestLine(`POST /${"x".repeat(20_480)} HTTP/1.1`),
    ...notHttp,
    answers: [431],
  },
  {
    does: "sends GET",
    sends: [head("GET /statefun")],
    ...ok,
    answers: [405],
    reports: ["method-not-allowed"],
  },
  {
    does: "sends TRACE",
    sends: [head("TRACE /statefun")],
    ...ok,
    answers: [405],
    reports: ["method-not-allowed"],
  },
  {
    does: "sends GET with a path of 8 KiB",
    sends: [head(`GET /${"x".repeat(8192)}`)],
    ...ok,
    answers: [405],
    reports: ["method-not-allowed"],
  },
  {
    does: "sends PUT with a body",
    sends: [head("PUT /", { "content-length": hi.length }), hi],
    answers: [405],
    connection: "closed",
    reports: ["method-not-allowed"],
  },
  { does: "sends a method that does not exist", sends: [head("BREW /statefun")], ...notHttp },
  {
    does: "sends CONNECT",
    sends: [head("CONNECT example.com:443")],
    answers: [],
    connection: "closed",
    reports: [],
  },
  {
    does: "sends a batch to another path",
    sends: withRequestLine("POST /..%2f../%00?a=b#c HTTP/1.1"),
    ...ok,
  },
  { does: "sends a batch to a URL", sends: withRequestLine("POST http://example.com/x HTTP/1.1"), ...ok },
  { does: "speaks HTTP/1.0", sends: withRequestLine("POST / HTTP/1.0"), ...ok, connection: "closed" },
  {
    does: "speaks HTTP/1.0 and asks to keep the connection",
    sends: withRequestLine("POST / HTTP/1.0\r\nconnection: keep-alive"),
    ...ok,
  },
  { does: "speaks HTTP/2", sends: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"], ...notHttp },
  {
    does: "speaks TLS",
    sends: [Buffer.from("16030100c8010000c40303", "hex"), Buffer.alloc(189)],
    ...notHttp,
  },
  { does: "says HTTP/9.9", sends: withRequestLine("POST / HTTP/9.9"), ...notHttp },
  {
    does: "ends its lines with LF alone",
    sends: [`POST / HTTP/1.1\nhost: localhost\n${length.replace("\r", "")}\n`, hi],
    ...notHttp,
  },
  { does: "ends a line with CR alone", sends: withLine("x: a\rtransfer-encoding: chunked\r\n"), ...notHttp },
  { does: "sends no Host", sends: [`POST / HTTP/1.1\r\n${length}\r\n`, hi], ...notHttp },
  { does: "has NUL in a header", sends: withLine("x: a\0b\r\n"), ...notHttp },
  { does: "has NUL in its path", sends: withRequestLine("POST /\0 HTTP/1.1"), ...notHttp },
  // The line ends there, as one of HTTP/0.9 does: the rest is one more header, and stays one.
  {
    does: "has CR and LF in its path",
    sends: withRequestLine("POST /\r\nset-cookie: a=b HTTP/1.1"),
    ...ok,
    connection: "closed",
  },
  { does: "has a space in its path", sends: withRequestLine("POST /a b HTTP/1.1"), ...notHttp },
  { does: "has a space in a header's name", sends: withLine("x y: z\r\n"), ...notHttp },
  { does: "has a space before a colon", sends: withLine("transfer-encoding : chunked\r\n"), ...notHttp },
  { does: "has a header without a name", sends: withLine(": x\r\n"), ...notHttp },
  { does: "folds a header", sends: withLine("x: a\r\n b\r\n"), ...notHttp },
  { does: "has text that is not ASCII in a header", sends: withLine("x: \xe4\xff\r\n"), ...ok },
  {
    does: "puts markup into the media type",
    sends: withLine("content-type: <script>/\x80\r\n"),
    answers: [415],
    connection: "closed",
    reports: ["unsupported-media-type"],
  },
  {
    does: "sends a media type of 8 KiB",
    sends: withLine(`content-type: ${"x".repeat(8192)}\r\n`),
    answers: [415],
    connection: "closed",
    reports: ["unsupported-media-type"],
  },
  { does: "asks for an upgrade", sends: withLine("connection: upgrade\r\nupgrade: websocket\r\n"), ...ok },
  {
    does: "expects what nobody does",
    sends: withLine("connection: close\r\nexpect: 200-ok\r\n"),
    ...notHttp,
    answers: [417],
  },
  {
    does: "asks for 100 encodings of the reply",
    sends: withLine(`accept-encoding: ${"gzip;q=0,".repeat(100)}\r\n`),
    ...ok,
  },
  {
    does: "sends a batch, not HTTP, and a batch, without waiting",
    sends: [...withLine(""), "what is this\r\n\r\n", ...withLine("")],
    ...notHttp,
    answers: [200, 400],
  },
  {
    does: "sends batches that take their time without waiting, and then not HTTP",
    sends: [...later(), ...later(), "what is this\r\n\r\n"],
    ...notHttp,
    answers: [200, 200, 400],
  },
  {
    does: "sends four batches without waiting, and a bad one among them",
    sends: [...later(), ...withLine(""), batchHead({ "content-length": 3 }), "abc", ...withLine("")],
    answers: [200, 200, 400, 200],
    connection: "kept",
    reports: ["malformed-request"],
  },
];

function later(): readonly (string | Uint8Array)[] {
  const body = batch("later");
  return [batchHead({ "content-length": body.length }), body];
}
