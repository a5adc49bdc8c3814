import { numberParameter, type Exchange, type Reply } from '../exchange.ts';
import { S3Error } from '../protocol/errors.ts';
import { following, listPage } from '../protocol/listing.ts';
import { uriEncode } from '../protocol/sigv4.ts';
import type { XmlElement } from '../protocol/xml.ts';
import type { ListedObject } from '../storage/object-table.ts';
import { requireBucket } from '../storage/store.ts';

const maxKeysLimit = 1000;

/** ListObjectsV2. */
export function listObjects(exchange: Exchange): Reply {
  const { store, bucket, parameter } = exchange;
  if (parameter('list-type') !== '2') throw new S3Error('NotImplemented', 'Use ListObjectsV2 (list-type=2).');
  const { id } = requireBucket(store, bucket);
  const limit = numberParameter(exchange, 'max-keys', { least: 0, most: maxKeysLimit, fallback: maxKeysLimit });
  const [prefix, delimiter] = [parameter('prefix') ?? '', parameter('delimiter') ?? ''];
  const page = listPage((from, to, count) => store.objects.scan(id, from, to, count), {
    prefix: Buffer.from(prefix),
    delimiter: Buffer.from(delimiter),
    from: startOf(parameter),
    limit,
  });
  const encode = keyEncoder(parameter('encoding-type'));
  const body: XmlElement[] = [
    ['Name', bucket],
    ['Prefix', encode(prefix)],
    ['MaxKeys', limit],
    ['KeyCount', page.entries.length + page.commonPrefixes.length],
    ['IsTruncated', page.next !== undefined],
    ...echo('Delimiter', delimiter === '' ? undefined : encode(delimiter)),
    ...echo('EncodingType', parameter('encoding-type')),
    ...echo('StartAfter', parameter('start-after')),
    ...echo('ContinuationToken', parameter('continuation-token')),
    ...echo('NextContinuationToken', page.next?.toString('base64url')),
    ...page.entries.map((object) => contents(object, encode)),
    ...page.commonPrefixes.map((common): XmlElement => ['CommonPrefixes', [['Prefix', encode(common.toString())]]]),
  ];
  return { status: 200, body: ['ListBucketResult', body] };
}

/** A continuation token is the first key of the page it stands for. */
function startOf(parameter: Exchange['parameter']): Buffer {
  const token = parameter('continuation-token');
  if (token === undefined) {
    const startAfter = parameter('start-after');
    return startAfter === undefined ? Buffer.alloc(0) : following(Buffer.from(startAfter));
  }
  const start = Buffer.from(token, 'base64url');
  if (start.length === 0 || start.toString('base64url') !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
  }
  return start;
}

function keyEncoder(encodingType: string | undefined): (key: string) => string {
  if (encodingType === undefined) return (key) => key;
  if (encodingType !== 'url') throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request');
  return (key) => uriEncode(key).replaceAll('%2F', '/');
}

function contents(
  { key, modifiedMs, etag, size, attributes }: ListedObject,
  encode: (key: string) => string,
): XmlElement {
  const checksum: XmlElement[] =
    attributes.checksum === null
      ? []
      : [
          ['ChecksumAlgorithm', attributes.checksum.algorithm],
          ['ChecksumType', attributes.checksum.type],
        ];
  return [
    'Contents',
    [
      ['Key', encode(key)],
      ['LastModified', new Date(modifiedMs).toISOString()],
      ['ETag', `"${etag}"`],
      ['Size', size],
      ...checksum,
      ['StorageClass', 'STANDARD'],
    ],
  ];
}

function echo(name: string, value: string | undefined): XmlElement[] {
  return value === undefined ? [] : [[name, value]];
}
