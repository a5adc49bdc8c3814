import { numberParameter, type Exchange, type Reply } from '../exchange.ts';
import { following } from '../protocol/listing.ts';
import type { XmlElement } from '../protocol/xml.ts';
import type { PartRecord, UploadRecord } from '../storage/records.ts';
import { requireBucket } from '../storage/store.ts';
import { requireUpload } from './multipart-upload.ts';

const pageLimit = 1000;

export function listParts(exchange: Exchange): Reply {
  const { store, bucket, key } = exchange;
  const { id, options } = requireUpload(exchange);
  const after = numberParameter(exchange, 'part-number-marker', { least: 0, most: 10_000, fallback: 0 });
  const limit = numberParameter(exchange, 'max-parts', { least: 0, most: pageLimit, fallback: pageLimit });
  const found = store.uploads.parts(id, after, limit + 1);
  const parts = found.slice(0, limit);
  const checksum: XmlElement[] =
    options.checksum === null
      ? []
      : [
          ['ChecksumAlgorithm', options.checksum.algorithm],
          ['ChecksumType', options.checksum.type],
        ];
  const content: XmlElement[] = [
    ['Bucket', bucket],
    ['Key', key],
    ['UploadId', id],
    ['PartNumberMarker', after],
    ['NextPartNumberMarker', parts.at(-1)?.number ?? after],
    ['MaxParts', limit],
    ['IsTruncated', found.length > limit],
    ['StorageClass', 'STANDARD'],
    ...checksum,
    ...parts.map(partElement),
  ];
  return { status: 200, body: ['ListPartsResult', content] };
}

function partElement({ number, modifiedMs, etag, size, checksum }: PartRecord): XmlElement {
  return [
    'Part',
    [
      ['PartNumber', number],
      ['LastModified', new Date(modifiedMs).toISOString()],
      ['ETag', `"${etag}"`],
      ['Size', size],
      ...(checksum === null ? [] : [[`Checksum${checksum.algorithm}`, checksum.value] as const]),
    ],
  ];
}

export function listUploads(exchange: Exchange): Reply {
  const { store, bucket, parameter } = exchange;
  const { id } = requireBucket(store, bucket);
  const limit = numberParameter(exchange, 'max-uploads', { least: 1, most: pageLimit, fallback: pageLimit });
  const [prefix, keyMarker, idMarker] = ['prefix', 'key-marker', 'upload-id-marker'].map(
    (name) => parameter(name) ?? '',
  );
  const found = uploadsBehind(
    exchange,
    id,
    { prefix: prefix ?? '', keyMarker: keyMarker ?? '', idMarker: idMarker ?? '' },
    limit + 1,
  );
  const uploads = found.slice(0, limit);
  const more = found.length > limit;
  const last = uploads.at(-1);
  const content: XmlElement[] = [
    ['Bucket', bucket],
    ['KeyMarker', keyMarker ?? ''],
    ['UploadIdMarker', idMarker ?? ''],
    ['Prefix', prefix ?? ''],
    ['MaxUploads', limit],
    ['IsTruncated', more],
    ...(more && last !== undefined
      ? ([
          ['NextKeyMarker', last.key],
          ['NextUploadIdMarker', last.id],
        ] as const)
      : []),
    ...uploads.map(uploadElement),
  ];
  return { status: 200, body: ['ListMultipartUploadsResult', content] };
}

type UploadMarkers = { readonly prefix: string; readonly keyMarker: string; readonly idMarker: string };

function uploadsBehind(
  { store }: Exchange,
  bucketId: number,
  { prefix, keyMarker, idMarker }: UploadMarkers,
  limit: number,
): readonly UploadRecord[] {
  const [marker, start] = [Buffer.from(keyMarker), Buffer.from(prefix)];
  if (Buffer.compare(start, marker) > 0) return withPrefix(store.uploads.scan(bucketId, start, '', limit), prefix);
  // Without an upload id the marker's key itself is behind us.
  const after = idMarker === '' && keyMarker !== '' ? following(marker) : marker;
  return withPrefix(store.uploads.scan(bucketId, after, idMarker, limit), prefix);
}

function withPrefix(uploads: readonly UploadRecord[], prefix: string): readonly UploadRecord[] {
  return uploads.filter(({ key }) => key.startsWith(prefix));
}

function uploadElement({ id, key, startedMs }: UploadRecord): XmlElement {
  return [
    'Upload',
    [
      ['Key', key],
      ['UploadId', id],
      ['Initiated', new Date(startedMs).toISOString()],
      ['StorageClass', 'STANDARD'],
    ],
  ];
}
