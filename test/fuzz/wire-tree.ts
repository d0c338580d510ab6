/**
 * Protobuf bytes as a tree of fields, from which they are written down literally: in the order given, as often as
 * given, in whatever way is given. An encoder would refuse what is odd, and oddities are what the tests are about.
 */
export interface WireField {
  readonly number: number;
  readonly payload: Payload;
  /** Needless bytes at the end of the tag's varint. */
  readonly tagPadding?: number;
}

/** What follows a tag. */
export type Payload =
  | { readonly kind: "varint"; readonly value: bigint; readonly padding?: number }
  | { readonly kind: "fixed32" | "fixed64"; readonly bytes: Uint8Array }
  | Delimited
  | { readonly kind: "group"; readonly fields: readonly WireField[]; readonly endNumber?: number }
  | { readonly kind: "wire type"; readonly wireType: number; readonly bytes: Uint8Array };

/** A length and as many bytes: text, bytes, or the fields of a message. */
export interface Delimited {
  readonly kind: "delimited";
  readonly content: Uint8Array | readonly WireField[];
  /** Needless bytes at the end of the length's varint. */
  readonly padding?: number;
  /** What the length says beside the truth. */
  readonly lengthError?: number;
}

export function varintField(number: number, value: bigint | number | boolean): WireField {
  return { number, payload: { kind: "varint", value: BigInt(value) } };
}

export function bytesField(number: number, content: Uint8Array): WireField {
  return { number, payload: { kind: "delimited", content } };
}

export function messageField(number: number, content: readonly WireField[]): WireField {
  return { number, payload: { kind: "delimited", content } };
}

/** A field of text; absent if the text is empty, as an encoder has it. */
export function textField(number: number, text: string): readonly WireField[] {
  return text === "" ? [] : [bytesField(number, new TextEncoder().encode(text))];
}

/** A group in which groups of the same number are nested, `depth` in all. */
export function nestedGroups(number: number, depth: number): WireField {
  const fields = depth > 1 ? [nestedGroups(number, depth - 1)] : [];
  return { number, payload: { kind: "group", fields } };
}

/** Bytes one behind the other, in an array of their own. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Writes fields down. */
export function serialize(fields: readonly WireField[]): Uint8Array {
  const sheet = new Sheet();
  sheet.fields(fields);
  return sheet.bytes.slice(0, sheet.length);
}

const wireTypes = { varint: 0, fixed64: 1, delimited: 2, group: 3, fixed32: 5 } as const;
const endGroup = 4;

/** What has been written down so far. */
class Sheet {
  bytes = new Uint8Array(512);
  length = 0;

  fields(fields: readonly WireField[]): void {
    for (const field of fields) this.#field(field);
  }

  #field({ number, payload, tagPadding }: WireField): void {
    const wireType = payload.kind === "wire type" ? payload.wireType : wireTypes[payload.kind];
    this.#varint(number * 8 + wireType, tagPadding);
    switch (payload.kind) {
      case "varint":
        this.#varint(payload.value, payload.padding);
        break;
      case "delimited":
        this.#delimited(payload);
        break;
      case "group":
        this.fields(payload.fields);
        this.#varint((payload.endNumber ?? number) * 8 + endGroup);
        break;
      default:
        this.#copy(payload.bytes);
    }
  }

  /** Writes the content first, whose length nobody knows before, and moves it to make room for the length. */
  #delimited({ content, lengthError = 0, padding }: Delimited): void {
    const start = this.length;
    if (content instanceof Uint8Array) this.#copy(content);
    else this.fields(content);
    const end = this.length;
    this.#varint(Math.max(0, end - start + lengthError), padding); // behind the content, then taken to the front
    const length = this.bytes.slice(end, this.length);
    this.bytes.copyWithin(start + length.length, start, end);
    this.bytes.set(length, start);
  }

  #varint(value: bigint | number, padding = 0): void {
    this.#copy(varint(value, padding));
  }

  #copy(bytes: ArrayLike<number>): void {
    if (this.length + bytes.length > this.bytes.length) {
      const larger = new Uint8Array(2 * (this.length + bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}

/** A varint of 64 bits, negative numbers in two's complement; padding may make it longer than any parser takes. */
export function varint(value: bigint | number, padding = 0): readonly number[] {
  if (typeof value === "number" && value < 0x80 && padding === 0) return [value];
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  for (let i = 0; i < padding; i++) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(0);
  }
  return bytes;
}
