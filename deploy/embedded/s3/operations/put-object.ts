import { objectBody, type Exchange, type Reply } from '../exchange.ts';
import { judgeWrite, toWriteCondition } from '../protocol/conditions.ts';
import { S3Error } from '../protocol/errors.ts';
import type { ObjectRecord } from '../storage/records.ts';
import { commitSegments, receiveSegments, replaceObject, requireBucket } from '../storage/store.ts';
import { checksumHeaders, readAttributes } from './attributes.ts';

const maxKeyBytes = 1024;

export async function putObject(exchange: Exchange): Promise<Reply> {
  const { store, bucket, key } = exchange;
  checkKey(key);
  const condition = toWriteCondition(exchange.header);
  const attributes = readAttributes(exchange);
  // Judged here to spare a client its upload, and again in the transaction, where it counts.
  judgeWrite(condition, store.objects.find(requireBucket(store, bucket).id, key));
  const body = objectBody(exchange);
  const segments = await receiveSegments(store, body);
  const { size, md5, checksum } = body.digest();
  const object: ObjectRecord = {
    key,
    size,
    etag: md5.toString('hex'),
    modifiedMs: store.now(),
    attributes: { ...attributes, checksum: checksum === undefined ? null : { ...checksum, type: 'FULL_OBJECT' } },
    segments,
  };
  await commitSegments(store, segments, () => {
    const { id } = requireBucket(store, bucket);
    judgeWrite(condition, store.objects.find(id, key));
    replaceObject(store, id, object);
  });
  return { status: 200, headers: { etag: `"${object.etag}"`, ...checksumHeaders(object.attributes.checksum) } };
}

/** Throws `KeyTooLongError`. */
export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size <= maxKeyBytes) return;
  throw new S3Error('KeyTooLongError', 'Your key is too long', {
    Size: String(size),
    MaxSizeAllowed: String(maxKeyBytes),
  });
}
