/** The bytes as hexadecimal digits, in lower case and without spaces. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** The bytes that hexadecimal digits stand for, as a plain byte array. Spaces between the digits are allowed. */
export function fromHex(digits: string): Uint8Array {
  const packed = digits.replaceAll(" ", "");
  const bytes = Buffer.from(packed, "hex");
  // Buffer stops silently at the first character that is no digit.
  if (bytes.length * 2 !== packed.length) throw new RangeError(`not hexadecimal digits: ${digits}`);
  return new Uint8Array(bytes);
}
