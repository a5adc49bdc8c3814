import { checksumAlgorithms, type ChecksumAlgorithm } from '../protocol/checksums.ts';
import { S3Error } from '../protocol/errors.ts';
import { childrenOf, requiredTextOf, textOf, type ParsedElement } from '../protocol/xml.ts';
import type { PartRecord } from '../storage/records.ts';
import { maxPartNumber } from '../storage/upload-table.ts';

/** A part as CompleteMultipartUpload names it. */
export type ChosenPart = {
  readonly number: number;
  readonly etag: string;
  readonly checksums: readonly { readonly algorithm: ChecksumAlgorithm; readonly value: string }[];
};

/** All parts but the last must have this size at least. */
const minPartBytes = 5 * 1024 ** 2;

/** Reads the list of parts. Throws `MalformedXML` or `InvalidPartOrder`. */
export function parsePartList(root: ParsedElement): readonly ChosenPart[] {
  const parts = childrenOf(root, 'Part').map(parsePart);
  if (parts.length === 0 || parts.length > maxPartNumber) {
    throw new S3Error('MalformedXML', `An upload is completed with 1 to ${maxPartNumber} parts.`);
  }
  if (parts.some((part, index) => index > 0 && part.number <= (parts[index - 1]?.number ?? 0))) {
    throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return parts;
}

function parsePart(element: ParsedElement): ChosenPart {
  const checksums = checksumAlgorithms.flatMap((algorithm) => {
    const value = textOf(element, `Checksum${algorithm}`);
    return value === undefined ? [] : [{ algorithm, value }];
  });
  const etag = requiredTextOf(element, 'ETag').replaceAll('"', '').trim();
  return { number: Number(requiredTextOf(element, 'PartNumber')), etag, checksums };
}

/** The stored part that was meant. Throws `InvalidPart`. */
export function choosePart(chosen: ChosenPart, part: PartRecord | undefined): PartRecord {
  const sameChecksums = chosen.checksums.every(
    ({ algorithm, value }) => part?.checksum?.algorithm === algorithm && part.checksum.value === value,
  );
  if (part !== undefined && part.etag === chosen.etag && sameChecksums) return part;
  throw new S3Error('InvalidPart', 'A part could not be found, or its entity tag or checksum is another.', {
    PartNumber: String(chosen.number),
  });
}

/** Throws `EntityTooSmall` if a part other than the last is. */
export function checkSizes(parts: readonly PartRecord[]): void {
  const small = parts.slice(0, -1).find(({ size }) => size < minPartBytes);
  if (small === undefined) return;
  throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    PartNumber: String(small.number),
    ProposedSize: String(small.size),
    MinSizeAllowed: String(minPartBytes),
  });
}
