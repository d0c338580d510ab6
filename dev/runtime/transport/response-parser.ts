import { ResponseBody } from "./response-body.js";
import { parsedHead, type ResponseHead } from "./response-head.js";

/** What a parser needs next: more bytes, or nothing, because the response is complete or refused. */
export type Progress = "more" | "complete" | "refused";

/** Why a response was refused. */
export interface Refusal {
  /** Whether it is larger than allowed; otherwise it is no HTTP. */
  readonly tooLarge: boolean;
  /** A clause whose subject is the answer. */
  readonly why: string;
}

/** How large a response may be. */
export interface ResponseLimits {
  /** Status line and header, and the trailer of a chunked body. */
  readonly maxHeadBytes: number;
  /** The body as it is sent. */
  readonly maxBodyBytes: number;
}

/** Interim responses (status 1xx) before the response: servers send one or two. */
const maxInterim = 16;

/** The line before a chunk: its size and extensions, which nobody writes at length. */
const maxChunkLineBytes = 1024;

/** A size of a chunk up to 2^32 - 1 bytes, more than any limit of a body. */
const chunkLine = /^([0-9A-Fa-f]{1,8})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const noBytes = new Uint8Array(0);

type State = "head" | "length" | "close" | "chunk line" | "chunk" | "chunk end" | "trailer" | "done";

/**
 * Reads the responses of one connection, one at a time, however their bytes are cut. It never throws, whatever it is
 * fed, and never keeps more than the limits say.
 */
export class ResponseParser {
  /** The head of the response, as soon as it is complete. */
  head: ResponseHead | undefined = undefined;
  /** The body, once it is complete; a copy, not a view on what was fed. */
  body: Uint8Array = noBytes;
  /** Why the response was refused. */
  refusal: Refusal | undefined = undefined;
  /** Whether bytes came after the end of the response. */
  surplus = false;
  readonly #limits: ResponseLimits;
  #state: State = "head";
  /** A head or a line that is not complete yet, as Latin-1. */
  #partial = "";
  #lastByte = 0;
  #lineBytes = 0;
  #interim = 0;
  #left = 0;
  #trailerBytes = 0;
  #collected: ResponseBody | undefined;
  /** The last head of this connection and its bytes: the next one mostly says the same. */
  #knownBytes: Uint8Array = noBytes;
  #knownHead: ResponseHead | undefined;

  constructor(limits: ResponseLimits) {
    this.#limits = limits;
  }

  /** Begins with the next response. */
  reset(): void {
    this.head = undefined;
    this.body = noBytes;
    this.refusal = undefined;
    this.surplus = false;
    this.#state = "head";
    this.#partial = "";
    this.#lastByte = 0;
    this.#lineBytes = 0;
    this.#interim = 0;
    this.#trailerBytes = 0;
    this.#collected = undefined;
  }

  /** Whether nothing of the response has come yet. */
  get untouched(): boolean {
    return this.head === undefined && this.#partial === "" && this.#interim === 0;
  }

  /** Takes the first `length` bytes, which may be overwritten afterwards. */
  feed(bytes: Buffer, length: number): Progress {
    let at = 0;
    while (at < length && this.#state !== "done" && this.refusal === undefined) {
      at = this.#step(bytes, at, length);
    }
    // A body without bytes is complete with its head.
    if (this.#state === "length" && this.#left === 0) this.#finish();
    if (this.refusal !== undefined) return "refused";
    if (this.#state !== "done") return "more";
    this.surplus ||= at < length;
    return "complete";
  }

  /** The peer has closed: what has come is complete, or "more" was needed. */
  end(): Progress {
    if (this.#state === "close") this.#finish();
    if (this.refusal !== undefined) return "refused";
    return this.#state === "done" ? "complete" : "more";
  }

  /** Takes what it can from `at` on, and returns how far it came. */
  #step(bytes: Buffer, at: number, end: number): number {
    switch (this.#state) {
      case "head":
        return this.#readHead(bytes, at, end);
      case "length":
      case "chunk":
        return this.#readCounted(bytes, at, end);
      case "close":
        this.#append(bytes, at, end);
        return end;
      default:
        return this.#readLine(bytes, at, end);
    }
  }

  #readHead(bytes: Buffer, at: number, end: number): number {
    if (this.#knownHead !== undefined && this.#partial === "") {
      const known = this.#knownBytes;
      let same = 0;
      if (end - at >= known.length) while (same < known.length && bytes[at + same] === known[same]) same++;
      if (same === known.length) {
        this.#begin(this.#knownHead);
        return at + same;
      }
    }
    const empty = this.#emptyLine(bytes, at, end);
    if (empty < 0) {
      this.#refuse("has a line that ends without a carriage return");
      return end;
    }
    const until = empty === 0 ? end : empty;
    const text = this.#partial + bytes.toString("latin1", at, until);
    if (text.length > this.#limits.maxHeadBytes) {
      this.#refuse(`has a head of more than ${String(this.#limits.maxHeadBytes)} bytes`);
      return end;
    }
    if (empty === 0) {
      this.#partial = text;
      return end;
    }
    this.#completeHead(text, text.length === until - at ? bytes.subarray(at, until) : undefined);
    return until;
  }

  /** Where the empty line after a head ends; 0 if it has not come yet, -1 if a line does not end as it must. */
  #emptyLine(bytes: Buffer, at: number, end: number): number {
    let before = this.#lastByte;
    let lineBytes = this.#lineBytes;
    for (let index = at; index < end; index++) {
      const byte = bytes[index] as number;
      lineBytes++;
      if (byte === lineFeed) {
        if (before !== carriageReturn) return -1;
        if (lineBytes === 2) return index + 1;
        lineBytes = 0;
      }
      before = byte;
    }
    this.#lastByte = before;
    this.#lineBytes = lineBytes;
    return 0;
  }

  #completeHead(text: string, bytes: Uint8Array | undefined): void {
    this.#partial = "";
    this.#lastByte = 0;
    this.#lineBytes = 0;
    const head = parsedHead(text.slice(0, -4));
    if (typeof head === "string") {
      this.#refuse(`is not HTTP/1.1: ${head}`);
    } else if (head.status >= 200) {
      if (bytes !== undefined) {
        this.#knownBytes = Uint8Array.from(bytes);
        this.#knownHead = head;
      }
      this.#begin(head);
    } else if (head.status === 101) {
      this.#refuse("switches protocols, which nobody asked for");
    } else if (++this.#interim > maxInterim) {
      this.#refuse(`is preceded by more than ${String(maxInterim)} interim responses`);
    }
  }

  #begin(head: ResponseHead): void {
    this.head = head;
    const { framing } = head;
    const { maxBodyBytes } = this.#limits;
    this.#left = 0;
    if (framing.kind === "length") {
      this.#state = "length";
      this.#left = framing.bytes;
      if (framing.bytes > maxBodyBytes) this.#refuseSize();
      else if (framing.bytes > 0) this.#collected = new ResponseBody(maxBodyBytes, framing.bytes);
    } else {
      this.#state = framing.kind === "chunked" ? "chunk line" : "close";
      this.#collected = new ResponseBody(maxBodyBytes);
    }
  }

  #readCounted(bytes: Buffer, at: number, end: number): number {
    const until = Math.min(end, at + this.#left);
    this.#append(bytes, at, until);
    this.#left -= until - at;
    if (this.#left === 0) {
      if (this.#state === "chunk") this.#state = "chunk end";
      else this.#finish();
    }
    return until;
  }

  /** A line of a chunked body: before a chunk, behind it (empty), or of the trailer. */
  #readLine(bytes: Buffer, at: number, end: number): number {
    let index = at;
    while (index < end && bytes[index] !== lineFeed) index++;
    const text = this.#partial + bytes.toString("latin1", at, Math.min(index + 1, end));
    const isTrailer = this.#state === "trailer";
    const room = isTrailer ? this.#limits.maxHeadBytes - this.#trailerBytes : maxChunkLineBytes;
    if (text.length > room) {
      this.#refuse(isTrailer ? "has too large a trailer" : "has too long a line before a chunk");
      return end;
    }
    if (index === end) {
      this.#partial = text;
      return end;
    }
    this.#partial = "";
    if (!text.endsWith("\r\n")) this.#refuse("has a line in its body that ends without a carriage return");
    else this.#line(text.slice(0, -2));
    return index + 1;
  }

  #line(line: string): void {
    if (this.#state === "chunk line") {
      const size = chunkLine.exec(line);
      if (size === null) {
        this.#refuse(`has a malformed chunk size: ${JSON.stringify(line.slice(0, 40))}`);
        return;
      }
      this.#left = parseInt(size[1] as string, 16);
      this.#state = this.#left === 0 ? "trailer" : "chunk";
      if (this.#left + (this.#collected?.length ?? 0) > this.#limits.maxBodyBytes) this.#refuseSize();
    } else if (this.#state === "chunk end") {
      if (line === "") this.#state = "chunk line";
      else this.#refuse("has a chunk that is longer than it says");
    } else if (line === "") {
      this.#finish();
    } else {
      this.#trailerBytes += line.length + 2;
    }
  }

  #append(bytes: Buffer, at: number, end: number): void {
    if (this.#collected?.append(bytes, at, end) === false) this.#refuseSize();
  }

  #finish(): void {
    this.#state = "done";
    this.body = this.#collected?.taken() ?? noBytes;
    this.#collected = undefined;
  }

  #refuse(why: string): void {
    this.refusal = { tooLarge: false, why };
  }

  #refuseSize(): void {
    this.refusal = { tooLarge: true, why: `is larger than ${String(this.#limits.maxBodyBytes)} bytes` };
  }
}
