import type { Random } from "./random.js";

/** Lengths at which some routine changes its way: the codec's short text, one and two bytes of length, interned names. */
const boundaries = [7, 8, 39, 40, 41, 63, 64, 65, 126, 127, 128, 129, 130, 131] as const;

const alphabets = [
  "abcdefghijklmnopqrstuvwxyz/_-. 0123456789",
  "aé ÿ\u0080\u007f",
  "aß€漢字\u0800\uffff",
  "a\u{1f600}\u{10000}\u{10ffff}é",
  "\u0000\u0001a",
  "\ufeff\ufffda",
].map((alphabet) => Array.from(alphabet));

/** Text that UTF-8 can carry: mostly short and plain, sometimes any of what text can be. */
export function randomText(random: Random): string {
  if (random.chance(0.05)) return "";
  const alphabet = random.chance(0.6) ? (alphabets[0] as string[]) : random.pick(alphabets);
  let text = "";
  for (let rest = randomLength(random); rest > 0; rest--) text += random.pick(alphabet);
  return text;
}

function randomLength(random: Random): number {
  if (random.chance(0.92)) return 1 + random.below(12);
  return random.chance(0.99) ? random.pick(boundaries) : random.below(5000);
}

/** Text with halves of surrogate pairs in it, which no UTF-8 holds. */
export function brokenText(random: Random): string {
  const half = String.fromCharCode(0xd800 + random.below(0x800));
  return random.pick([half, `a${half}`, `${half}é`, `\u{1f600}${half}`, `${half}${half}`.slice(0, 1)]);
}

/** Every way in which bytes fail to be UTF-8: stray, missing and surplus bytes, overlong forms, surrogates, too large. */
export const brokenUtf8: readonly Uint8Array[] = [
  [0x80],
  [0xbf, 0x61],
  [0xc3],
  [0xc3, 0x28],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xe2, 0x82],
  [0xe2, 0x28, 0xa1],
  [0xe0, 0x80, 0x80],
  [0xe0, 0x9f, 0xbf],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xf0, 0x9f, 0x98],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x8f, 0xbf, 0xbf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xfe],
  [0xff],
  [0xef, 0xbf, 0xbd, 0xff],
].map((bytes) => Uint8Array.from(bytes));

/** Bytes that are no UTF-8, alone or in the middle of text of any length. */
export function randomBrokenUtf8(random: Random): Uint8Array {
  const before = utf8(randomText(random));
  const after = random.chance(0.5) ? utf8(randomText(random)) : new Uint8Array(0);
  return Uint8Array.from([...before, ...random.pick(brokenUtf8), ...after]);
}

const encoder = new TextEncoder();

/** The bytes of text in UTF-8, by the platform's own encoder. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
