/** HMAC with SHA-256 under one key. */
export type Hmac = (data: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** The two primitives that every check is made of. */
export interface Hashes {
  sha256(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
  hmacUnder(key: Uint8Array): Hmac | Promise<Hmac>;
}

/** WebCrypto: everywhere. */
export const webHashes: Hashes = {
  async sha256(data) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", plain(data)));
  },
  async hmacUnder(key) {
    const imported = await crypto.subtle.importKey(
      "raw",
      plain(key),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    return async (data) => new Uint8Array(await crypto.subtle.sign("HMAC", imported, plain(data)));
  },
};

/** As much of `node:crypto` as is used. */
interface NodeCrypto {
  createHash(name: string): Digest;
  createHmac(name: string, key: Uint8Array): Digest;
}

interface Digest {
  update(data: Uint8Array): this;
  digest(): Uint8Array;
}

interface Runtime {
  readonly process?: { getBuiltinModule?(id: string): NodeCrypto | undefined };
}

/**
 * `node:crypto`, where there is one: it answers at once, where each call of WebCrypto crosses a thread. For a secret
 * that is 4 µs of a core instead of 45, about as much as all the rest of a request of one invocation costs.
 */
export function nodeHashes(): Hashes | undefined {
  const node = (globalThis as Runtime).process?.getBuiltinModule?.("node:crypto");
  if (node === undefined) return undefined;
  return {
    sha256: (data) => node.createHash("sha256").update(data).digest(),
    hmacUnder: (key) => (data) => node.createHmac("sha256", key).update(data).digest(),
  };
}

/** The faster of both. Looked for when first needed: some runtimes allow nothing of the kind while modules load. */
export function hashes(): Hashes {
  return (chosen ??= nodeHashes() ?? webHashes);
}

let chosen: Hashes | undefined;

/** WebCrypto's types refuse bytes that might lie in shared memory; those of a request never do. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
