import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { KafkaSasl } from "../../../module/kafka-security.js";
import { KafkaFailure } from "./kafka-failure.js";

/** Fewer rounds are refused by the standard, and would tell an eavesdropper much. */
const leastIterations = 4096;

/** More rounds would keep this process busy for many seconds: no broker asks for so many. */
const mostIterations = 10_000_000;

const nonceBytes = 24;

/** A login by SCRAM, as RFC 5802 describes it: two messages, and the proof that the broker knows the password too. */
export class Scram {
  readonly #sasl: KafkaSasl;
  readonly #hash: "sha256" | "sha512";
  readonly #nonce: string;
  readonly #firstBare: string;
  #serverSignature: Buffer | undefined;

  /** The nonce is random, but in tests. */
  constructor(sasl: KafkaSasl, nonce = randomBytes(nonceBytes).toString("base64")) {
    this.#sasl = sasl;
    this.#hash = sasl.mechanism === "SCRAM-SHA-512" ? "sha512" : "sha256";
    this.#nonce = nonce;
    this.#firstBare = `n=${sasl.username.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
  }

  /** What to send first. */
  first(): Buffer {
    return Buffer.from(`n,,${this.#firstBare}`);
  }

  /**
   * What to send after the broker's first answer.
   *
   * @throws KafkaFailure if the answer is none that SCRAM allows
   */
  async final(answer: Buffer): Promise<Buffer> {
    const serverFirst = answer.toString();
    const fields = attributes(serverFirst);
    const nonce = fields.get("r") ?? "";
    const iterations = Number(fields.get("i"));
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce)
      throw refused("its nonce is not made from ours");
    if (!(iterations >= leastIterations && iterations <= mostIterations)) {
      throw refused(`it wants ${String(fields.get("i"))} rounds`);
    }
    const salt = Buffer.from(fields.get("s") ?? "", "base64");
    const { length } = createHash(this.#hash).digest();
    const salted = await promisify(pbkdf2)(this.#sasl.password, salt, iterations, length, this.#hash);
    const clientKey = this.#hmac(salted, "Client Key");
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const withoutProof = `c=biws,r=${nonce}`;
    const all = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const signature = this.#hmac(storedKey, all);
    this.#serverSignature = this.#hmac(this.#hmac(salted, "Server Key"), all);
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] as number));
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString("base64")}`);
  }

  /** @throws KafkaFailure if the broker has not shown that it knows the password */
  check(answer: Buffer): void {
    const shown = Buffer.from(attributes(answer.toString()).get("v") ?? "", "base64");
    const expected = this.#serverSignature;
    if (expected?.length !== shown.length || !timingSafeEqual(shown, expected)) {
      throw refused("it does not know the password itself");
    }
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}

function attributes(message: string): ReadonlyMap<string, string> {
  return new Map(message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}

function refused(why: string): KafkaFailure {
  return new KafkaFailure(`the broker's part of the SCRAM login is wrong: ${why}`);
}
