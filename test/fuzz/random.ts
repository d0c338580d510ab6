/**
 * A deterministic source of random numbers: the same seed and stream give the same numbers on every machine, so what
 * fails once can be made to fail again. (The generator is sfc32, whose state is four words.)
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `stream` tells apart the sources that share a seed, one a body. */
  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = 0x2545_f491;
    for (let round = 0; round < 12; round++) this.uint32(); // until the seed's bits have reached all of the state
  }

  /** A whole number of 32 bits, unsigned. */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 0x1_0000_0000) * limit);
  }

  /** True that often: never for 0, always for 1. */
  chance(probability: number): boolean {
    return this.uint32() < probability * 0x1_0000_0000;
  }

  /** One of the choices, each as likely as the others. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** Bytes of any value. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.uint32();
    return bytes;
  }

  /** A whole number of 64 bits, signed, that takes any number of bits with equal chance. */
  int64(): bigint {
    const bits = (BigInt(this.uint32()) << 32n) | BigInt(this.uint32());
    return BigInt.asIntN(64, bits >> BigInt(this.below(64)));
  }
}

/** A seed that differs from run to run, for runs that were given none; whoever uses it prints it. */
export function freshSeed(): number {
  return Math.floor(Math.random() * 0x1_0000_0000);
}
