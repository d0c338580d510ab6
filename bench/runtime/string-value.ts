export const stringTypename = "io.statefun.types/string";

/** The longest text whose length fits into one byte. */
const longest = 127;

/** A short text of ASCII as StateFun's string has it. */
export function stringBytes(text: string): Uint8Array {
  if (text.length > longest) throw new RangeError(`${text} is longer than ${longest.toString()}`);
  return Buffer.from(`\n${String.fromCharCode(text.length)}${text}`, "latin1");
}
