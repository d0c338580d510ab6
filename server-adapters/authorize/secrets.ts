import { StateFunError } from "../../sdk/errors.js";
import { hashes, type Hmac } from "./hashes.js";
import { isOneOf } from "./equal-bytes.js";

// 128 bits, written in hexadecimal digits: what cannot be guessed, however often one may try.
const minCharacters = 32;

/** The characters that a secret may have, and how to say so. */
export interface Alphabet {
  readonly pattern: RegExp;
  readonly sentence: string;
}

/** What a header can carry. A secret read from a file often ends in a newline, which no header does. */
export const visible: Alphabet = {
  pattern: /^[\x21-\x7e]*$/,
  sentence: "visible ASCII characters without white space (trim what is read from a file)",
};

/** What a path can carry and nothing on the way writes differently. */
export const unreserved: Alphabet = {
  pattern: /^[A-Za-z0-9._~-]*$/,
  sentence: "letters, digits and the signs . _ ~ - of ASCII, which no URL escapes",
};

/**
 * The secrets of a check, each as bytes. No message shows one.
 *
 * @throws StateFunError `invalid-argument` if there is none, or one is no string, too short, or has other characters
 */
export function secretBytes(
  secrets: string | readonly string[],
  where: string,
  { pattern, sentence }: Alphabet,
): readonly Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(secrets) ? secrets : [secrets];
  if (list.length === 0) throw invalid(where, "got an empty list of secrets: nobody could come in");
  return list.map((secret, index) => {
    const which = list.length === 1 ? "the secret" : `secret ${String(index + 1)} of ${String(list.length)}`;
    if (typeof secret !== "string") throw invalid(where, `${which} is not a string but ${typeof secret}`);
    if (secret.length < minCharacters) {
      throw invalid(
        where,
        `${which} has ${String(secret.length)} characters, and needs ${String(minCharacters)} or more: ` +
          "make one with `openssl rand -hex 32`",
      );
    }
    if (!pattern.test(secret)) throw invalid(where, `${which} has other characters than ${sentence}`);
    return new TextEncoder().encode(secret);
  });
}

/**
 * Tells whether a text is one of the secrets, whichever it is, with equal work for each. Compared are fingerprints under
 * a key that only this check has: of equal length whatever was sent, and not to be foreseen by whoever sends it.
 */
export function secretMatcher(secrets: readonly Uint8Array[]): (candidate: string) => Promise<boolean> {
  let ready: Promise<Fingerprints> | undefined;
  return async (candidate) => {
    const { fingerprint, known } = await (ready ??= fingerprints(secrets));
    return isOneOf(known, await fingerprint(new TextEncoder().encode(candidate)));
  };
}

interface Fingerprints {
  readonly fingerprint: Hmac;
  readonly known: readonly Uint8Array[];
}

async function fingerprints(secrets: readonly Uint8Array[]): Promise<Fingerprints> {
  const fingerprint = await hashes().hmacUnder(crypto.getRandomValues(new Uint8Array(32)));
  return { fingerprint, known: await Promise.all(secrets.map(async (secret) => fingerprint(secret))) };
}

/** A mistake in the arguments of a check. */
export function invalid(where: string, problem: string): StateFunError {
  return new StateFunError("invalid-argument", `${where}: ${problem}`);
}
