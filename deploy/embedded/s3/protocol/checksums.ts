import { createHash } from 'node:crypto';
import { combineCrcs, createCrc } from './crc.ts';
import { S3Error } from './errors.ts';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** COMPOSITE is the checksum of the parts' checksums, with the number of parts behind a dash. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** A checksum as stored and returned; `value` is base64. */
export type Checksum = { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType; readonly value: string };

const digestBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export type RunningChecksum = { update: (data: Uint8Array) => void; digest: () => Buffer };

/** Starts a checksum over a stream. */
export function createChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  if (algorithm !== 'SHA1' && algorithm !== 'SHA256') return createCrc(algorithm);
  const hash = createHash(algorithm === 'SHA1' ? 'sha1' : 'sha256');
  return { update: (data) => void hash.update(data), digest: () => hash.digest() };
}

/** The header, trailer or XML element that carries a checksum. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Reads an algorithm's name as clients write it. Throws `InvalidRequest`. */
export function toChecksumAlgorithm(name: string): ChecksumAlgorithm {
  const found = checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase());
  if (found === undefined) throw new S3Error('InvalidRequest', `The checksum algorithm ${name} is not supported.`);
  return found;
}

/** What a client declared about its body: a value, or none yet because it comes in the trailer. */
export type DeclaredChecksum = { readonly algorithm: ChecksumAlgorithm; readonly value: string | null };

/** Finds the checksum that a request declares in its headers. Throws `InvalidRequest` on several or malformed ones. */
export function declaredChecksum(header: (name: string) => string | undefined): DeclaredChecksum | undefined {
  const trailer = header('x-amz-trailer')?.trim().toLowerCase();
  const declared = checksumAlgorithms.flatMap((algorithm): DeclaredChecksum[] => {
    const name = checksumHeader(algorithm);
    const value = header(name);
    if (value !== undefined) return [{ algorithm, value: checkedValue(algorithm, value) }];
    return trailer === name ? [{ algorithm, value: null }] : [];
  });
  if (declared.length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum types are not allowed.',
    );
  }
  if (trailer !== undefined && declared[0]?.value !== null) {
    throw new S3Error('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported.');
  }
  return declared[0];
}

/** Checks that a value has the length of its algorithm. Throws `InvalidRequest`. */
export function checkedValue(algorithm: ChecksumAlgorithm, value: string): string {
  if (Buffer.from(value, 'base64').length !== digestBytes[algorithm]) {
    throw new S3Error('InvalidRequest', `Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  return value;
}

export type PartChecksum = { readonly value: string; readonly size: number };

/** The checksum of a multipart object from those of its parts. Full-object checksums exist for CRCs only. */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly PartChecksum[],
): Checksum {
  const values = parts.map((part) => ({ digest: Buffer.from(part.value, 'base64'), size: part.size }));
  if (type === 'COMPOSITE' || algorithm === 'SHA1' || algorithm === 'SHA256') {
    const checksum = createChecksum(algorithm);
    for (const { digest } of values) checksum.update(digest);
    return { algorithm, type: 'COMPOSITE', value: `${checksum.digest().toString('base64')}-${parts.length}` };
  }
  const whole = values.reduce(
    (sum, part) => combineCrcs(algorithm, sum, part.digest, part.size),
    createCrc(algorithm).digest(),
  );
  return { algorithm, type, value: whole.toString('base64') };
}
