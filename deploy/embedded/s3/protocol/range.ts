import { S3Error } from './errors.ts';

/** Bytes `start` to `end`, `end` excluded. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * Reads a `Range` header for an object of that size. Undefined means the whole object: there is no header, or it is
 * one that RFC 9110 allows to be ignored, as S3 does with several ranges. Throws `InvalidRange`.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === '' ? size : Math.min(Number(last) + 1, size) };
  if (range.start >= range.end) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: header ?? '',
      ActualObjectSize: String(size),
    });
  }
  return range;
}
