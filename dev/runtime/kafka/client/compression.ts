import { gunzipSync, gzipSync } from "node:zlib";
import { compressLz4, decompressLz4 } from "../codec/lz4.js";
import { compressSnappy, decompressSnappy } from "../codec/snappy.js";
import { compressZstd, decompressZstd } from "../codec/zstd.js";
import { KafkaFailure } from "./kafka-failure.js";

/** A way to make the records of a batch smaller. */
export interface Compression {
  /** The number in a batch's attributes. */
  readonly code: number;
  readonly compress: (plain: Uint8Array) => Buffer;
  readonly decompress: (compressed: Uint8Array) => Buffer;
}

const unchanged = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** The compressions of record batches, under the names that `compression.type` has. */
export const compressions = {
  none: { code: 0, compress: unchanged, decompress: unchanged },
  gzip: { code: 1, compress: gzipSync, decompress: gunzipSync },
  snappy: { code: 2, compress: compressSnappy, decompress: decompressSnappy },
  lz4: { code: 3, compress: compressLz4, decompress: decompressLz4 },
  zstd: { code: 4, compress: compressZstd, decompress: decompressZstd },
} as const satisfies Readonly<Record<string, Compression>>;

const byCode = new Map<number, Compression>(Object.values(compressions).map((each) => [each.code, each]));

/**
 * The records of a batch, as they were before they were compressed.
 *
 * @throws KafkaFailure if they are damaged, or there is no compression of that number; `where` names the partition
 */
export function decompressed(code: number, bytes: Uint8Array, where: string): Buffer {
  const found = byCode.get(code);
  if (found === undefined) {
    throw new KafkaFailure(
      `${where} holds records in a compression that does not exist, number ${String(code)}`,
    );
  }
  try {
    return found.decompress(bytes);
  } catch (error) {
    throw new KafkaFailure(`${where}: a record batch is damaged: ${String(error)}`, 0, error);
  }
}
