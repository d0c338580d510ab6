import protobuf from "protobufjs/minimal.js";

// Protobuf fields put together by hand, for bytes that no encoder writes: explicit defaults, fields that occur twice
// or are unknown, foreign wire types.

/** A field of wire type 2: bytes, text, or a message made of other fields. */
export function delimited(field: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = joined(...parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return plain(protobuf.Writer.create().uint32(tag(field, 2)).bytes(bytes));
}

/** A field of wire type 0. */
export function varint(field: number, value: number): Uint8Array {
  return plain(protobuf.Writer.create().uint32(tag(field, 0)).uint32(value));
}

/** A field of wire type 5. */
export function fixed32(field: number, value: number): Uint8Array {
  return plain(protobuf.Writer.create().uint32(tag(field, 5)).fixed32(value));
}

/** A field of wire type 1; the upper half of its value is zero. */
export function fixed64(field: number, value: number): Uint8Array {
  return plain(protobuf.Writer.create().uint32(tag(field, 1)).fixed64(value));
}

/** A group, which proto3 has no more and parsers still pass over. */
export function group(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const start = plain(protobuf.Writer.create().uint32(tag(field, 3)));
  return joined(start, ...parts, plain(protobuf.Writer.create().uint32(tag(field, 4))));
}

/** Fields one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function tag(field: number, wireType: number): number {
  // Unsigned: the largest field numbers reach the 32nd bit.
  return ((field << 3) | wireType) >>> 0;
}

function plain(writer: protobuf.Writer): Uint8Array {
  return new Uint8Array(writer.finish());
}
