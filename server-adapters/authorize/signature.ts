import { durationMillis, type Duration } from "../../sdk/duration.js";
import { refused, type Authorize } from "../answer.js";
import { isOneOf } from "./equal-bytes.js";
import { hashes, type Hmac } from "./hashes.js";
import { invalid, secretBytes, visible } from "./secrets.js";

/** The header that carries a signature: `t=<seconds since 1970>,v1=<64 hexadecimal digits>`, and nothing else. */
export const signatureHeader = "x-statefun-signature";

/** How {@link signature} checks. */
export interface SignatureOptions {
  /** One or more secrets of at least 32 visible ASCII characters; several are for a rotation. */
  readonly secrets: string | readonly string[];
  /** How old a signature may be when the head of its request arrives; 1 minute unless given. */
  readonly maxAge?: Duration | undefined;
  /** How far the signer's clock may be ahead; 30 seconds unless given. */
  readonly maxClockSkew?: Duration | undefined;
}

/** Signs one body, at the time given or now: the value of the header {@link signatureHeader}. */
export type Signer = (body: Uint8Array, at?: Date) => Promise<string>;

// A proxy signs each attempt anew and sends it at once: this is for its queues, and for clocks that lag.
const defaultMaxAge: Duration = { minutes: 1 };
// Clocks that are kept in time differ by far less, and those that are not show up within a day.
const defaultMaxClockSkew: Duration = { seconds: 30 };

// Twelve digits last for 29,000 years. There is one way to write each, and no room for a second value.
const form = /^t=(?<seconds>0|[1-9][0-9]{0,11}),v1=(?<mac>[0-9a-f]{64})$/;

/**
 * Lets in requests whose body was signed by {@link signer}, or by anything else that knows a secret and computes the
 * same: `t=<seconds>,v1=<hex of HMAC-SHA-256(secret, "<seconds>.<hex of SHA-256(body)>")>` in the header
 * `x-statefun-signature`. A cluster of StateFun 3.3.0 signs nothing: this is for a proxy in front of it.
 *
 * Form and time are checked on the head: a body is read only when they hold, up to `maxRequestBytes`. A request may be
 * repeated as it is while its signature is young enough, which gives whoever repeats it nothing that they did not have:
 * its answer has no effect unless a cluster gets it. Method and path are not covered; give each endpoint its own secret.
 *
 * @throws StateFunError `invalid-argument` if there is no secret, a secret is too short or has white space in it, or a
 * duration is none
 *
 * @example
 * ```ts
 * import { signature } from "statefun/authorize";
 *
 * export const authorize = signature({
 *   secrets: (process.env["STATEFUN_SECRETS"] ?? "").split(","),
 *   maxAge: { seconds: 30 },
 * });
 * ```
 */
export function signature(options: SignatureOptions): Authorize {
  const secrets = secretBytes(options.secrets, "signature", visible);
  const maxAgeMillis = durationMillis(options.maxAge ?? defaultMaxAge, "maxAge");
  const maxAheadMillis = durationMillis(options.maxClockSkew ?? defaultMaxClockSkew, "maxClockSkew");
  let keys: Promise<readonly Hmac[]> | undefined;
  return async (request) => {
    const header = request.header(signatureHeader);
    if (header === undefined) return refused(request, `no ${signatureHeader} header`);
    const { seconds, mac } = form.exec(header)?.groups ?? {};
    if (seconds === undefined || mac === undefined) {
      return refused(
        request,
        `the ${signatureHeader} header is not of the form t=<seconds>,v1=<64 hex digits>`,
      );
    }
    const ageMillis = Date.now() - Number(seconds) * 1000;
    if (ageMillis > maxAgeMillis) return refused(request, "the signature is older than maxAge");
    if (ageMillis < -maxAheadMillis)
      return refused(request, "the signature is from later than maxClockSkew allows");
    const text = await signedText(seconds, await request.body());
    const hmacs = await (keys ??= Promise.all(secrets.map(async (secret) => hashes().hmacUnder(secret))));
    const expected = await Promise.all(hmacs.map(async (hmac) => hmac(text)));
    return (
      isOneOf(expected, fromHex(mac)) || refused(request, "no known secret has signed this body at this time")
    );
  };
}

/**
 * What a proxy in front of the functions signs with, for {@link signature} to check: send what it returns as the header
 * {@link signatureHeader}, with exactly the body that was signed.
 *
 * @throws StateFunError `invalid-argument` if the secret is too short or has white space in it; as a rejection of what
 * is returned, if `at` is not a time after 1970
 *
 * @example
 * ```ts
 * import { signatureHeader, signer } from "statefun/authorize";
 *
 * const sign = signer(process.env["STATEFUN_SECRET"] ?? "");
 * const body = new Uint8Array(0);
 * await fetch("https://functions.example/statefun", {
 *   method: "POST",
 *   headers: { "content-type": "application/octet-stream", [signatureHeader]: await sign(body) },
 *   body,
 * });
 * ```
 */
export function signer(secret: string): Signer {
  const [bytes = new Uint8Array(0)] = secretBytes([secret], "signer", visible);
  let key: Promise<Hmac> | undefined;
  return async (body, at = new Date()) => {
    const seconds = String(Math.floor(at.getTime() / 1000));
    if (!/^[0-9]{1,12}$/.test(seconds)) throw invalid("signer", "the time to sign is not one after 1970");
    const text = await signedText(seconds, body);
    const hmac = await (key ??= Promise.resolve(hashes().hmacUnder(bytes)));
    return `t=${seconds},v1=${toHex(await hmac(text))}`;
  };
}

/** The body by its hash, so that it is gone through once however many secrets there are, and never copied. */
async function signedText(seconds: string, body: Uint8Array): Promise<Uint8Array> {
  return new TextEncoder().encode(`${seconds}.${toHex(await hashes().sha256(body))}`);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
