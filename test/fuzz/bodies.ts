import type { Random } from "./random.js";
import { randomRequest, randomResponse } from "./random-messages.js";
import { withOddities } from "./oddities.js";
import { randomPrimitive } from "./random-values.js";
import type { Primitive } from "./reference-values.js";
import { concatenated, serialize, type WireField } from "./wire-tree.js";

/** The bytes of a request: well-formed, odd, damaged, or nothing of the kind. */
export function requestBody(random: Random): Uint8Array {
  return body(random, () => randomRequest(random));
}

/** The bytes of a response, in the same conditions. */
export function responseBody(random: Random): Uint8Array {
  return body(random, () => randomResponse(random));
}

/** The bytes of a primitive value, in the same conditions. */
export function primitiveBody(random: Random, primitive: Primitive): Uint8Array {
  return body(random, () => randomPrimitive(random, primitive));
}

function body(random: Random, fields: () => readonly WireField[]): Uint8Array {
  const kind = random.below(100);
  if (kind < 40) return serialize(fields());
  if (kind < 70) return serialize(withOddities(random, fields()));
  if (kind < 95) return damaged(random, serialize(fields()), () => serialize(fields()));
  return random.bytes(random.below(60));
}

/** Bytes that most tags, lengths and signs begin or end with. */
const tellingBytes = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x1a, 0x22, 0xa2, 0x06, 0x0b, 0x0c] as const;

/** Bytes that have been cut, bent, torn apart or put together with others. */
function damaged(random: Random, bytes: Uint8Array, another: () => Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  switch (random.below(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return flipped(random, bytes);
    case 2: {
      const other = another();
      return concatenated([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
    case 3:
      return concatenated([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(4))]);
    case 4:
      return concatenated([
        bytes.subarray(0, at),
        Uint8Array.of(random.pick(tellingBytes)),
        bytes.subarray(at + random.below(2)),
      ]);
    default:
      return concatenated([bytes, random.chance(0.5) ? another() : random.bytes(random.below(20))]);
  }
}

function flipped(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  for (let flips = 1 + random.below(3); flips > 0; flips--) {
    const at = random.below(bytes.length);
    if (bytes.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  }
  return copy;
}
