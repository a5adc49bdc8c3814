import { splitPath, type Exchange, type Reply } from '../exchange.ts';
import { judgeRead, judgeWrite, toWriteCondition } from '../protocol/conditions.ts';
import { S3Error } from '../protocol/errors.ts';
import type { ObjectAttributes, ObjectRecord, Segment } from '../storage/records.ts';
import { commitSegments, replaceObject, requireBucket, requireObject, type Store } from '../storage/store.ts';
import { readAttributes } from './attributes.ts';
import { checkKey } from './put-object.ts';

/** CopyObject: content is shared on the disk, so it costs the same for any size. */
export async function copyObject(exchange: Exchange): Promise<Reply> {
  const { store, bucket, key, header } = exchange;
  checkKey(key);
  const source = parseSource(header('x-amz-copy-source') ?? '');
  await store.files.requireRoom(0);
  // No pause from here until the content is pinned, or it might be gone.
  const original = requireObject(store, source.bucket, source.key);
  if (judgeRead(header, original, 'x-amz-copy-source-') === 'not-modified') {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  const attributes = copiedAttributes(exchange, original.attributes);
  if (source.bucket === bucket && source.key === key && directive(exchange, 'metadata') === 'COPY') {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it copies an object onto itself unchanged.',
    );
  }
  requireBucket(store, bucket);
  const segments = await duplicate(store, original.segments);
  const copy: ObjectRecord = { ...original, key, modifiedMs: store.now(), attributes, segments };
  const condition = toWriteCondition(header);
  await commitSegments(store, segments, () => {
    const { id } = requireBucket(store, bucket);
    judgeWrite(condition, store.objects.find(id, key));
    replaceObject(store, id, copy);
  });
  const lastModified = new Date(copy.modifiedMs).toISOString();
  return {
    status: 200,
    body: [
      'CopyObjectResult',
      [
        ['LastModified', lastModified],
        ['ETag', `"${copy.etag}"`],
      ],
    ],
  };
}

/** Reads `x-amz-copy-source`: bucket and key, percent-encoded, even the slash between them. */
function parseSource(header: string): { bucket: string; key: string } {
  const [encoded = '', version] = header.split('?');
  if (version !== undefined) throw new S3Error('NotImplemented', 'Versions are not supported by this endpoint.');
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    throw new S3Error('InvalidArgument', 'Invalid copy source encoding.');
  }
  const { bucket, key } = splitPath(path.startsWith('/') ? path : `/${path}`);
  if (bucket === '' || key === '') {
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  return { bucket, key };
}

function copiedAttributes(exchange: Exchange, original: ObjectAttributes): ObjectAttributes {
  const given = readAttributes(exchange);
  const described = directive(exchange, 'metadata') === 'REPLACE' ? given : original;
  const tags = directive(exchange, 'tagging') === 'REPLACE' ? given.tags : original.tags;
  return { headers: described.headers, metadata: described.metadata, tags, checksum: original.checksum };
}

function directive({ header }: Exchange, what: 'metadata' | 'tagging'): 'COPY' | 'REPLACE' {
  const value = header(`x-amz-${what}-directive`) ?? 'COPY';
  if (value !== 'COPY' && value !== 'REPLACE') {
    throw new S3Error('InvalidArgument', `Unknown ${what} directive.`);
  }
  return value;
}

async function duplicate(store: Store, segments: readonly Segment[]): Promise<readonly Segment[]> {
  const unpin = store.garbage.pin(segments);
  const copies: Segment[] = [];
  try {
    for (const { blob, size } of segments) copies.push({ blob: await store.files.duplicate(blob), size });
    return copies;
  } catch (error) {
    await store.files.discard(copies.map(({ blob }) => blob));
    throw error;
  } finally {
    unpin();
  }
}
