import { compress, init } from "@bokuweb/zstd-wasm";
import { decompress } from "fzstd";

// Two packages, since Node has zstd of its own from 22.15 on only: the one that compresses has to be told how large the
// result of decompressing is, which most writers do not say.

/** Zstandard's own default: nearly as fast as the lower levels. */
const level = 3;

let loading: Promise<void> | undefined;

/** Makes {@link compressZstd} work; resolves at once if it does. */
export function loadZstd(): Promise<void> {
  return (loading ??= init());
}

/** Compresses bytes into one frame, after {@link loadZstd}. */
export function compressZstd(plain: Uint8Array): Buffer {
  return asBuffer(compress(plain, level));
}

/**
 * The bytes that were compressed.
 *
 * @throws Error if the bytes are damaged
 */
export function decompressZstd(compressed: Uint8Array): Buffer {
  return asBuffer(decompress(compressed));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
