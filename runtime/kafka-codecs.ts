import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

type Compressible = { readonly buffer: Buffer };

/**
 * Lets kafkajs read batches compressed with zstd, which it knows by name only. gzip it has; a batch in snappy or lz4
 * ends the consumer, so topics that foreign producers write must have `compression.type` gzip or zstd.
 */
export function registerCodecs(): void {
  const compress = promisify(zstdCompress);
  const decompress = promisify(zstdDecompress);
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: Compressible) => compress(buffer),
    decompress: async (buffer: Buffer) => decompress(buffer),
  });
}
